/*
 * format.ts - numbers as people read them: sizes in units of 1024, counts with commas, times, shares.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function size(bytes: number): string {
	let value = Math.abs(bytes);
	let unit = 0;
	while (value >= 1023.95 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit === 0 ? Math.round(value).toString() : value.toFixed(1);
	return `${bytes < 0 ? "−" : ""}${digits} ${UNITS[unit]}`;
}

export function count(number: number): string {
	const digits = Math.round(Math.abs(number))
		.toString()
		.replace(/\B(?=(\d{3})+$)/g, ",");
	return number < 0 ? `−${digits}` : digits;
}

export function amount(value: number, bytes: boolean): string {
	return bytes ? size(value) : count(value);
}

export function signed(value: number, bytes: boolean): string {
	return value > 0 ? `+${amount(value, bytes)}` : amount(value, bytes);
}

export function share(part: number): string {
	if (!Number.isFinite(part) || part === 0)
		return "0%";
	const percent = part * 100;
	if (Math.abs(percent) < 0.05)
		return percent < 0 ? "−0.0%" : "<0.1%";
	return `${percent.toFixed(1).replace("-", "−")}%`;
}

export function ratio(part: number, whole: number): number {
	return whole === 0 ? 0 : part / whole;
}

/* A length of time. */
export function duration(ns: number): string {
	if (ns < 1e3)
		return `${Math.round(ns)} ns`;
	if (ns < 1e6)
		return `${(ns / 1e3).toFixed(1)} µs`;
	if (ns < 1e9)
		return `${(ns / 1e6).toFixed(1)} ms`;
	if (ns < 600e9)
		return `${(ns / 1e9).toFixed(2)} s`;
	const seconds = Math.round(ns / 1e9);
	const hours = Math.floor(seconds / 3600);
	const rest = `${Math.floor((seconds % 3600) / 60)} min ${seconds % 60} s`;
	return hours > 0 ? `${hours} h ${rest}` : rest;
}

/* A moment of the run, as exact as the run's length asks for. */
export function moment(ns: number, whole_ns: number): string {
	const seconds = whole_ns / 1e9;
	const digits = seconds < 0.1 ? 5 : seconds < 2 ? 4 : seconds < 60 ? 3 : seconds < 600 ? 2 : 1;
	return `${(ns / 1e9).toFixed(digits)} s`;
}

export function date(realtime_ns: number): string {
	if (!realtime_ns)
		return "";
	const at = new Date(realtime_ns / 1e6);
	const two = (number: number) => number.toString().padStart(2, "0");
	return (
		`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
		`${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
	);
}

/* Control characters shown as what they are: a name cannot change how the page reads. */
export function visible(text: string): string {
	return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (char) => {
		const code = char.charCodeAt(0);
		if (code < 0x20)
			return String.fromCharCode(0x2400 + code);
		return code === 0x7f ? "\u2421" : `\\u${code.toString(16).padStart(4, "0")}`;
	});
}

/* The end of a path, which tells more than its beginning. */
export function shortPath(path: string): string {
	const parts = path.split("/");
	return parts.length > 2 ? parts.slice(-2).join("/") : path;
}

export function lastPart(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}

/* A column's title, of a key of programs: "leaked_bytes" is "Leaked". */
export function titleOf(key: string): string {
	const words = key.replace(/^.*\./, "").replace(/_(bytes|ns)$/, "").replaceAll("_", " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}
