/*
 * tree.ts - the call-path tree in typed arrays: first child, next sibling, end of each subtree, and inclusive sums.
 *
 * Nodes are in preorder, so a subtree is a range of nodes, and one sweep from the last node to the first sums up.
 */
import type { RecordingData } from "./schema";

export function undoDifferences(differences: number[]): Int32Array {
	const values = new Int32Array(differences.length);
	let value = 0;
	for (let i = 0; i < differences.length; i++) {
		value += differences[i]!;
		values[i] = value;
	}
	return values;
}

export class Tree {
	readonly count: number;
	readonly parent: Int32Array;
	readonly first: Int32Array;
	readonly next: Int32Array;
	readonly end: Int32Array; /* the first node after its subtree */
	readonly frame: Int32Array;

	constructor(nodes: RecordingData["nodes"]) {
		const count = nodes.parent.length;
		this.count = count;
		this.parent = new Int32Array(count);
		this.first = new Int32Array(count).fill(-1);
		this.next = new Int32Array(count).fill(-1);
		this.end = new Int32Array(count);
		this.frame = Int32Array.from(nodes.frame);
		for (let i = 1; i < count; i++)
			this.parent[i] = i - nodes.parent[i]!;
		this.link();
	}

	private link(): void {
		const { parent, first, next, end } = this;
		for (let i = this.count - 1; i > 0; i--) {
			const above = parent[i]!;
			if (above < 0 || above >= i)
				throw new Error(`The page's data is damaged: node ${i} stands before its caller.`);
			next[i] = first[above]!;
			first[above] = i;
			if (end[i] === 0)
				end[i] = i + 1;
			if (end[above]! < end[i]!)
				end[above] = end[i]!;
		}
		if (this.count > 0 && end[0] === 0)
			end[0] = 1;
	}

	/* Of each node what it and its callees have. */
	totals(self: Float64Array): Float64Array {
		const totals = Float64Array.from(self);
		for (let i = this.count - 1; i > 0; i--)
			totals[this.parent[i]!]! += totals[i]!;
		return totals;
	}
}

/* What each key has: in its own frames, and in them and what they call (a path counts once, however it recurs). */
export function sumByKey(
	tree: Tree,
	keyOf: Int32Array,
	keyCount: number,
	self: Float64Array,
	totals: Float64Array,
): { self: Float64Array; total: Float64Array } {
	const own = new Float64Array(keyCount);
	const total = new Float64Array(keyCount);
	const outermostEnd = new Int32Array(keyCount);
	for (let i = 0; i < tree.count; i++) {
		const key = keyOf[tree.frame[i]!]!;
		own[key]! += self[i]!;
		if (i < outermostEnd[key]!)
			continue;
		outermostEnd[key] = tree.end[i]!;
		total[key]! += totals[i]!;
	}
	return { self: own, total };
}
