/*
 * branches.ts - the tree as it is shown: frames of one key merged, from the roots to callees, or from where memory was
 * asked for to callers.  Grown branch by branch as far as somebody looks.
 *
 * Each branch holds the nodes that it is made of: of callees their subtrees count, of callers the parts that lead there.
 */
import type { Tree } from "./tree";

export type Direction = "callees" | "callers";

const NONE = -1;

export class Branches {
	readonly key: number[] = [];
	readonly value: number[] = [];
	readonly parent: number[] = [];
	readonly depth: number[] = [];
	private readonly childrenFrom: number[] = [];
	private readonly childrenTo: number[] = [];
	private readonly nodes: Int32Array[] = [];
	private readonly parts: (Float64Array | null)[] = []; /* callers: of each node */
	private readonly slots: Int32Array; /* by key or node, while one branch is grown */

	/* `values` are totals for callees, self values for callers; only what is above 0 is shown.  With `roots`, which have
	 * totals, what calls these nodes or is called by them. */
	constructor(
		private readonly tree: Tree,
		private readonly keyOf: Int32Array, /* by frame */
		keyCount: number,
		private readonly values: Float64Array,
		readonly direction: Direction,
		private readonly roots?: Int32Array,
	) {
		this.slots = new Int32Array(Math.max(keyCount, tree.count)).fill(NONE);
		this.addRoot(roots ?? (direction === "callees" ? Int32Array.of(0) : this.positive()));
	}

	private positive(): Int32Array {
		const found: number[] = [];
		for (let i = 1; i < this.tree.count; i++)
			if (this.values[i]! > 0)
				found.push(i);
		return Int32Array.from(found);
	}

	private addRoot(nodes: Int32Array): void {
		const parts = Float64Array.from(nodes, (node) => this.values[node]!);
		const sum = parts.reduce((a, b) => a + b, 0);
		this.add(NONE, this.keyOf[this.tree.frame[nodes[0] ?? 0]!]!, sum, nodes, this.direction === "callers" ? parts : null);
	}

	get count(): number {
		return this.key.length;
	}

	private add(parent: number, key: number, value: number, nodes: Int32Array, parts: Float64Array | null): number {
		const branch = this.key.length;
		this.key.push(key);
		this.value.push(value);
		this.parent.push(parent);
		this.depth.push(parent === NONE ? 0 : this.depth[parent]! + 1);
		this.childrenFrom.push(NONE);
		this.childrenTo.push(NONE);
		this.nodes.push(nodes);
		this.parts.push(parts);
		return branch;
	}

	/* A node that the branch is made of. */
	nodeOf(branch: number): number {
		return this.nodes[branch]![0] ?? 0;
	}

	/* The children, greatest first, as first and one after the last. */
	children(branch: number): [number, number] {
		if (this.childrenFrom[branch] === NONE)
			this.grow(branch);
		return [this.childrenFrom[branch]!, this.childrenTo[branch]!];
	}

	private grow(branch: number): void {
		const groups = this.direction === "callees" ? this.callees(branch) : this.callers(branch);
		groups.sort((a, b) => b.value - a.value || a.key - b.key);
		this.childrenFrom[branch] = this.key.length;
		for (const { key, value, nodes, parts } of groups)
			this.add(branch, key, value, Int32Array.from(nodes), parts ? Float64Array.from(parts) : null);
		this.childrenTo[branch] = this.key.length;
	}

	private callees(branch: number): GroupOfNodes[] {
		const { tree, values, slots, keyOf } = this;
		const groups: GroupOfNodes[] = [];
		for (const node of this.nodes[branch]!)
			for (let child = tree.first[node]!; child >= 0; child = tree.next[child]!) {
				const value = values[child]!;
				if (value <= 0)
					continue;
				const group = groupOf(groups, slots, keyOf[tree.frame[child]!]!);
				group.value += value;
				group.nodes.push(child);
			}
		for (const group of groups)
			slots[group.key] = NONE;
		return groups;
	}

	/* Parts that meet in one node go on together. */
	private callers(branch: number): GroupOfNodes[] {
		const { tree, slots, keyOf } = this;
		const [nodes, parts] = [this.nodes[branch]!, this.parts[branch]!];
		const isRoot = this.parent[branch] === NONE && !this.roots;
		const sums = new Map<number, number>();
		for (let j = 0; j < nodes.length; j++) {
			const caller = isRoot ? nodes[j]! : tree.parent[nodes[j]!]!;
			if (caller > 0)
				sums.set(caller, (sums.get(caller) ?? 0) + parts[j]!);
		}
		const groups: GroupOfNodes[] = [];
		for (const [node, part] of sums) {
			const group = groupOf(groups, slots, keyOf[tree.frame[node]!]!);
			group.value += part;
			group.nodes.push(node);
			(group.parts ??= []).push(part);
		}
		for (const group of groups)
			slots[group.key] = NONE;
		return groups;
	}

	/* What the branch has that none of its children has. */
	own(branch: number): number {
		const [from, to] = this.children(branch);
		let own = this.value[branch]!;
		for (let child = from; child < to; child++)
			own -= this.value[child]!;
		return Math.max(0, own);
	}

	/* From below the root to the branch. */
	path(branch: number): number[] {
		const path: number[] = [];
		for (let at = branch; at > 0; at = this.parent[at]!)
			path.unshift(this.key[at]!);
		return path;
	}

	/* The branch at the end of such a path, or as far as there is one. */
	find(path: number[]): number {
		let at = 0;
		for (const key of path) {
			const [from, to] = this.children(at);
			let next = NONE;
			for (let child = from; child < to && next === NONE; child++)
				if (this.key[child] === key)
					next = child;
			if (next === NONE)
				return at;
			at = next;
		}
		return at;
	}
}

interface GroupOfNodes {
	key: number;
	value: number;
	nodes: number[];
	parts?: number[];
}

function groupOf(groups: GroupOfNodes[], slots: Int32Array, key: number): GroupOfNodes {
	let slot = slots[key]!;
	if (slot === NONE) {
		slot = slots[key] = groups.length;
		groups.push({ key, value: 0, nodes: [] });
	}
	return groups[slot]!;
}
