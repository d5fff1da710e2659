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
	hidden: number; /* branches that are too narrow, with all below them */
}

const NARROWEST = 1;

export function layOut(branches: Branches, top: number, width: number): Layout {
	const layout: Layout = { branches: [], x: [], width: [], row: [], rows: 0, top, topRow: branches.depth[top]!, hidden: 0 };
	const put = (branch: number, x: number, wide: number) => {
		layout.branches.push(branch);
		layout.x.push(x);
		layout.width.push(wide);
		layout.row.push(branches.depth[branch]!);
		layout.rows = Math.max(layout.rows, branches.depth[branch]! + 1);
	};
	for (let at = branches.parent[top]!; at >= 0; at = branches.parent[at]!)
		put(at, 0, width);
	const scale = branches.value[top]! > 0 ? width / branches.value[top]! : 0;
	const open: [number, number][] = [[top, 0]];
	while (open.length > 0) {
		const [branch, x] = open.pop()!;
		put(branch, x, branches.value[branch]! * scale);
		const [from, to] = branches.children(branch);
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
