/*
 * colours.ts - colours of modules, of stacked areas and of everything that is drawn on a canvas, light and dark.
 */

export interface Palette {
	dark: boolean;
	text: string;
	muted: string;
	line: string;
	ground: string;
	accent: string;
}

export const AREA_COLOURS = ["#4c78a8", "#e58a2b", "#4f9a57", "#a9719f", "#d2525a", "#3f9c9a", "#c9a227", "#9a9a95"];

const HUES = [28, 208, 135, 280, 345, 178, 52, 240, 100, 320];

/* Paper is light. */
export const DARK = "screen and (prefers-color-scheme: dark)";

export function isDark(): boolean {
	return matchMedia(DARK).matches;
}

export function palette(): Palette {
	const style = getComputedStyle(document.documentElement);
	const of = (name: string) => style.getPropertyValue(name).trim();
	return {
		dark: isDark(),
		text: of("--text"),
		muted: of("--muted"),
		line: of("--line"),
		ground: of("--ground"),
		accent: of("--accent"),
	};
}

/* Of one thing in its group: the group gives the hue (below 0: grey), the thing the shade; paler if it is the system's. */
export function boxColour(group: number, seed: number, pale: boolean, dark: boolean): string {
	const step = (seed * 2654435761) >>> 28; /* 0 to 15 */
	if (group < 0)
		return dark ? `hsl(220 6% ${26 + step * 0.5}%)` : `hsl(220 8% ${83 + step * 0.5}%)`;
	const hue = HUES[group % HUES.length]! + (step - 8) * 0.9;
	return dark ? `hsl(${hue} ${pale ? 16 : 38}% ${27 + step * 0.6}%)` : `hsl(${hue} ${pale ? 30 : 74}% ${76 + step * 0.6}%)`;
}

/* The letter that stands for a group beside its colour: A to Z, then none. */
export function letterOf(group: number): string {
	return group < 26 ? String.fromCharCode(65 + group) : "";
}
