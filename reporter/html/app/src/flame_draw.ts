/*
 * flame_draw.ts - draws the boxes of a flame graph on a canvas.
 */
import type { Branches } from "./branches";
import { boxColour, letterOf, Palette } from "./colours";
import type { Layout } from "./flame_layout";

export const BOX_HEIGHT = 19;
const FONT = "12px system-ui, sans-serif";
const PADDING = 4;
const LETTER_FROM = 60; /* boxes of this width have the letter of their group, where their caller is of another */

export interface Looks {
	name: (branch: number) => string;
	group: (branch: number) => number; /* of the colour; below 0: grey */
	pale: (branch: number) => boolean;
	matches: ((branch: number) => boolean) | null; /* what was searched for */
	lit: number; /* the group that the legend points to; -1: none */
	cursor: number; /* the branch that the keyboard is at; -1: none */
	palette: Palette;
}

const widths = new Map<string, number>();

/* As much of a name as fits. */
function fit(context: CanvasRenderingContext2D, text: string, width: number): string {
	let whole = widths.get(text);
	if (whole === undefined) {
		whole = context.measureText(text).width;
		widths.set(text, whole);
	}
	if (whole <= width)
		return text;
	let characters = Math.floor((width / whole) * text.length);
	while (characters > 1 && context.measureText(`${text.slice(0, characters)}…`).width > width)
		characters--;
	return characters < 2 ? "" : `${text.slice(0, characters)}…`;
}

function sizeCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
	const ratio = Math.min(devicePixelRatio || 1, 16000 / Math.max(1, height));
	const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
	const context = canvas.getContext("2d")!;
	if (canvas.width !== wide || canvas.height !== high) {
		canvas.width = wide; /* costs much more than clearing */
		canvas.height = high;
		canvas.style.height = `${height}px`;
	}
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	context.clearRect(0, 0, width, height);
	context.font = FONT;
	context.textBaseline = "middle";
	return context;
}

export function draw(canvas: HTMLCanvasElement, width: number, layout: Layout, branches: Branches, looks: Looks): void {
	const context = sizeCanvas(canvas, width, Math.max(1, layout.rows) * BOX_HEIGHT);
	const { palette } = looks;
	const ink = palette.dark ? "#f1f1ee" : "#1d1d1b";
	for (let i = 0; i < layout.branches.length; i++) {
		const branch = layout.branches[i]!;
		const [x, y] = [layout.x[i]!, layout.row[i]! * BOX_HEIGHT];
		const wide = Math.max(1, layout.width[i]! - (layout.width[i]! > 4 ? 1 : 0.3));
		const group = looks.group(branch);
		const matched = looks.matches?.(branch) ?? false;
		const faded = (looks.matches !== null && !matched) || (looks.lit >= 0 && group !== looks.lit) || layout.row[i]! < layout.topRow;
		context.globalAlpha = faded ? 0.42 : 1;
		context.fillStyle = matched ? (palette.dark ? "#a8417c" : "#f2a3cf") : boxColour(branch === 0 ? -1 : group, branches.key[branch]!, looks.pale(branch), palette.dark);
		context.fillRect(x, y, wide, BOX_HEIGHT - 1);
		context.globalAlpha = 1;
		if (matched && wide > 3) {
			context.strokeStyle = ink;
			context.strokeRect(x + 0.5, y + 0.5, wide - 1, BOX_HEIGHT - 2);
		}
		if (wide > 26)
			drawName(context, looks, branch, branches.parent[branch]!, group, x, y, wide, ink);
		if (branch === looks.cursor)
			drawCursor(context, x, y, wide, palette);
	}
}

function drawName(context: CanvasRenderingContext2D, looks: Looks, branch: number, parent: number, group: number, x: number, y: number, wide: number, ink: string): void {
	const enters = branch !== 0 && group >= 0 && group !== looks.group(parent);
	const letter = enters && wide >= LETTER_FROM ? letterOf(group) : "";
	const text = fit(context, looks.name(branch), wide - 2 * PADDING - (letter ? 18 : 0));
	context.fillStyle = ink;
	context.fillText(text, x + PADDING, y + BOX_HEIGHT / 2);
	if (letter) {
		context.globalAlpha = 0.62;
		context.textAlign = "right";
		context.fillText(letter, x + wide - PADDING, y + BOX_HEIGHT / 2);
		context.textAlign = "left";
		context.globalAlpha = 1;
	}
}

function drawCursor(context: CanvasRenderingContext2D, x: number, y: number, wide: number, palette: Palette): void {
	context.lineWidth = 2;
	context.strokeStyle = palette.accent;
	context.strokeRect(x + 1, y + 1, Math.max(1, wide - 2), BOX_HEIGHT - 3);
	context.lineWidth = 1;
}
