/*
 * treetable.tsx - branches as rows that open and close: callers or callees of a function, and the flame graph for those
 * who do not see it.
 */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Branches } from "./branches";
import { Amount, FrameName, Share } from "./cells";
import { useView } from "./context";
import { matchesOf } from "./flame_search";
import { ratio } from "./format";
import { useVisibleRows } from "./virtual";

const CHAIN = 0.9; /* a callee with so much of its caller opens with it */

/* Opens a branch, and what nearly all of it passes through. */
function openChain(branches: Branches, opened: Set<number>, branch: number): void {
	for (let at = branch; ; ) {
		opened.add(at);
		const [from, to] = branches.children(at);
		if (from === to || branches.value[from]! < CHAIN * branches.value[at]!)
			return;
		at = from;
	}
}

/* Chains stand below each other; what forks goes in. */
function indentOf(branches: Branches, branch: number): number {
	let indent = 0;
	for (let at = branches.parent[branch]!; at >= 0; at = branches.parent[at]!) {
		const [from, to] = branches.children(at);
		indent += to - from > 1 || at === 0 ? 1 : 0;
	}
	return indent;
}

function rowsOf(branches: Branches, opened: Set<number>): number[] {
	const rows: number[] = [];
	const left = [0]; /* not by calls: paths may be very deep */
	for (let branch; (branch = left.pop()) !== undefined; ) {
		if (branch > 0)
			rows.push(branch);
		const [from, to] = opened.has(branch) ? branches.children(branch) : [0, 0];
		for (let child = to; child-- > from; )
			left.push(child);
	}
	return rows;
}

export interface TreeProps {
	branches: Branches;
	name: string;
	lines?: boolean;
}

export function TreeTable(props: TreeProps) {
	const [from, to] = props.branches.children(0);
	if (from < to)
		return <Rows {...props} />;
	return <p class="empty">{props.branches.direction === "callers" ? "Nothing calls it: paths begin here." : "It calls nothing that has any."}</p>;
}

function Rows({ branches, name, lines }: TreeProps) {
	const { recording, figure, place: where } = useView();
	const { names, tree } = recording;
	const matches = useMemo(() => (lines === undefined ? null : matchesOf(names, lines ? "line" : "function", where.search)), [names, lines, where.search]);
	const [version, setVersion] = useState(0);
	const opened = useMemo(() => {
		const set = new Set<number>();
		openChain(branches, set, 0);
		return set;
	}, [branches]);
	const rows = useMemo(() => rowsOf(branches, opened), [branches, opened, version]);
	const [place, setCursor] = useState(0);
	const cursor = Math.min(place, rows.length - 1);
	const { box, from, to, reveal } = useVisibleRows(rows.length);
	const whole = branches.value[0]!;
	const id = `tree-${name.replace(/\W+/g, "-").toLowerCase()}`;
	useEffect(() => setCursor(0), [branches]);

	const toggle = (row: number, open?: boolean) => {
		const branch = rows[row]!;
		if (open ?? !opened.has(branch))
			openChain(branches, opened, branch);
		else
			opened.delete(branch);
		setVersion(version + 1);
	};
	const move = (row: number) => {
		const next = Math.max(0, Math.min(rows.length - 1, row));
		setCursor(next);
		reveal(next);
	};
	const left = () => {
		const branch = rows[cursor]!;
		if (opened.has(branch) && hasChildren(branch))
			toggle(cursor, false);
		else
			move(Math.max(0, rows.indexOf(branches.parent[branch]!)));
	};
	const right = () => (opened.has(rows[cursor]!) ? move(cursor + 1) : toggle(cursor, true));
	const hasChildren = (branch: number) => {
		const [first, end] = branches.children(branch);
		return first < end;
	};
	const keys = (event: KeyboardEvent) => {
		const steps: Record<string, () => void> = {
			ArrowDown: () => move(cursor + 1),
			ArrowUp: () => move(cursor - 1),
			ArrowLeft: left,
			ArrowRight: right,
			Enter: () => toggle(cursor),
			Home: () => move(0),
			End: () => move(rows.length - 1),
		};
		const step = steps[event.key];
		if (step && rows.length > 0) {
			step();
			event.preventDefault();
		}
	};
	return (
		<div
			class="scroll tree"
			ref={box}
			role="treegrid"
			tabIndex={0}
			aria-label={`${name}: arrow keys move, open and close`}
			aria-rowcount={rows.length}
			aria-activedescendant={cursor >= from && cursor < to ? `${id}-${cursor}` : undefined}
			onKeyDown={keys}
		>
			<table role="presentation">
				<colgroup>
					<col style={{ width: "82px" }} />
					<col style={{ width: "84px" }} />
					<col />
				</colgroup>
				<thead role="rowgroup">
					<tr role="row">
						<th role="columnheader" class="number">
							{figure.title}
						</th>
						<th role="columnheader" class="number">
							Share
						</th>
						<th role="columnheader">{branches.direction === "callers" ? "Called by" : "Calls"}</th>
					</tr>
				</thead>
				<tbody role="rowgroup">
					{from > 0 && <tr class="gap" aria-hidden="true" style={{ height: `${from * 25}px` }} />}
					{rows.slice(from, to).map((branch, i) => {
						const leaf = !hasChildren(branch);
						const open = opened.has(branch);
						return (
							<tr
								key={branch}
								id={`${id}-${from + i}`}
								role="row"
								aria-level={branches.depth[branch]}
								aria-expanded={leaf ? undefined : open}
								class={`opens${from + i === cursor ? " cursor" : ""}${matches?.[branches.key[branch]!] ? " match" : ""}`}
								onClick={(event) => {
									setCursor(from + i);
									if (!leaf && !(event.target as Element).closest("a"))
										toggle(from + i);
								}}
							>
								<td role="gridcell" class="number">
									<Amount value={branches.value[branch]!} figure={{ bytes: figure.bytes }} />
								</td>
								<td role="gridcell" class="number">
									<Share part={ratio(branches.value[branch]!, whole)} />
								</td>
								<td role="gridcell" style={{ paddingLeft: `${Math.min(indentOf(branches, branch), 40) * 12 - 6}px` }}>
									<span class="twisty" aria-hidden="true">
										{leaf ? "" : open ? "▾" : "▸"}
									</span>
									<FrameName names={names} frame={tree.frame[branches.nodeOf(branch)]!} withLine={lines ?? false} link />
								</td>
							</tr>
						);
					})}
					{rows.length > to && <tr class="gap" aria-hidden="true" style={{ height: `${(rows.length - to) * 25}px` }} />}
				</tbody>
			</table>
		</div>
	);
}
