/*
 * flame_search.tsx - searches the flame graph by name: how many functions match, and what share passes through them.
 */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Branches } from "./branches";
import { useView } from "./context";
import { amount, count, ratio, share } from "./format";
import type { Names } from "./names";
import { go } from "./state";
import type { Tree } from "./tree";

/* Of each key 1 if its name has the text; null: nothing is searched for. */
export function matchesOf(names: Names, group: "function" | "line", search: string): Uint8Array | null {
	const text = search.trim().toLowerCase();
	if (text === "")
		return null;
	return Uint8Array.from(names.keysBy(group).frames, (frame) => (frame > 0 && names.functionOf(frame).toLowerCase().includes(text) ? 1 : 0));
}

/* What call paths through a match have, each counted once. */
function through(tree: Tree, keyOf: Int32Array, matches: Uint8Array, totals: Float64Array): number {
	let sum = 0;
	for (let i = 1; i < tree.count; ) {
		if (matches[keyOf[tree.frame[i]!]!]) {
			sum += totals[i]!;
			i = tree.end[i]!;
		} else {
			i++;
		}
	}
	return sum;
}

export function Search({ branches }: { branches: Branches }) {
	const { recording, range, figure, place } = useView();
	const input = useRef<HTMLInputElement>(null);
	const found = useMemo(() => {
		const matches = matchesOf(recording.names, "function", place.search);
		if (!matches)
			return null;
		const totals = recording.totals(figure, range);
		const sum = through(recording.tree, recording.names.keysBy("function").of, matches, totals);
		return { functions: matches.reduce((a, b) => a + b, 0), sum };
	}, [recording, range, figure.name, place.search]);
	useEffect(() => {
		const slash = (event: KeyboardEvent) => {
			if (event.key === "/" && !(event.target as Element).closest("input, select, textarea")) {
				input.current?.focus();
				event.preventDefault();
			}
		};
		addEventListener("keydown", slash);
		return () => removeEventListener("keydown", slash);
	}, []);
	return (
		<span class="search">
			<input
				ref={input}
				type="search"
				placeholder="Search functions ( / )"
				aria-label="Search functions in the flame graph"
				value={place.search}
				onInput={(event) => go({ search: event.currentTarget.value })}
				onKeyDown={(event) => event.key === "Escape" && go({ search: "" })}
			/>
			<span class="muted" role="status">
				{found && `${count(found.functions)} function${found.functions === 1 ? "" : "s"}, ${amount(found.sum, figure.bytes)}, ${share(ratio(found.sum, branches.value[0]!))}`}
			</span>
		</span>
	);
}
