/*
 * copy.tsx - text to the clipboard, and tables as CSV.
 */
import { useState } from "preact/hooks";

/* As RFC 4180 has it; what a spreadsheet would take for a formula gets an apostrophe. */
export function csv(rows: (string | number | null)[][]): string {
	return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

function csvCell(value: string | number | null): string {
	if (value === null)
		return "";
	if (typeof value === "number")
		return String(value);
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function copy(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const area = document.createElement("textarea");
		area.value = text;
		document.body.append(area);
		area.select();
		document.execCommand("copy");
		area.remove();
	}
}

export function CopyButton({ text, label, title }: { text: () => string; label: string; title: string }) {
	const [done, setDone] = useState(false);
	const click = async () => {
		await copy(text());
		setDone(true);
		setTimeout(() => setDone(false), 1500);
	};
	return (
		<button class="quiet" title={title} onClick={click}>
			{done ? "Copied" : label}
		</button>
	);
}
