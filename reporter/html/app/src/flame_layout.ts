/*
 * flame_layout.ts - which boxes of a flame graph are to be drawn, and where: those that are at least a pixel wide.
 */
import type { Branches } from "./branches";

export interface Layout {
	branches: number[];
	x: number[];
	width: number[];
	row: number[];
	rows: number;
	top: number; /* the branch that is as wide as all */
	topRow: number;
	deep: boolean; /* some are too deep to be drawn, unless one is zoomed to */
	hidden: number; /* branches that are too narrow, with all below them */
}

const NARROWEST = 1;
const MOST_ROWS = 800; /* a canvas has no more */
const MOST_CALLERS = 40; /* of the branch that is zoomed to, where it is deep */

export function layOut(branches: Branches, top: number, width: number): Layout {
	const depth = branches.depth[top]!;
	const first = depth > MOST_ROWS / 2 ? depth - MOST_CALLERS : 0;
	const layout: Layout = { branches: [], x: [], width: [], row: [], rows: 0, top, topRow: depth - first, deep: false, hidden: 0 };
	const put = (branch: number, x: number, wide: number) => {
		const row = branches.depth[branch]! - first;
		layout.branches.push(branch);
		layout.x.push(x);
		layout.width.push(wide);
		layout.row.push(row);
		layout.rows = Math.max(layout.rows, row + 1);
	};
	for (let at = branches.parent[top]!; at >= 0 && branches.depth[at]! >= first; at = branches.parent[at]!)
		put(at, 0, width);
	const scale = branches.value[top]! > 0 ? width / branches.value[top]! : 0;
	const open: [number, number][] = [[top, 0]];
	while (open.length > 0) {
		const [branch, x] = open.pop()!;
		put(branch, x, branches.value[branch]! * scale);
		const [from, to] = branches.children(branch);
		if (branches.depth[branch]! - first === MOST_ROWS - 1) {
			layout.deep ||= from < to;
			continue;
		}
		let next = x;
		for (let child = from; child < to; child++) {
			const wide = branches.value[child]! * scale;
			if (wide < NARROWEST) {
				layout.hidden += to - child;
				break; /* the others are narrower */
			}
			open.push([child, next]);
			next += wide;
		}
	}
	return layout;
}

/* The box at a point, as an index; -1: there is none. */
export function boxAt(layout: Layout, x: number, row: number): number {
	for (let i = 0; i < layout.branches.length; i++)
		if (layout.row[i] === row && x >= layout.x[i]! && x < layout.x[i]! + Math.max(1, layout.width[i]!))
			return i;
	return -1;
}
