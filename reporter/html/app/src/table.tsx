/*
 * table.tsx - the one table of the page: sorts, filters, has a head that stays, is used by keyboard as by pointer, and
 * makes only the rows in view.
 *
 * Which order, filter and open row stand in the hash, so a row has a link.
 */
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CopyButton, csv } from "./copy";
import { count as countText } from "./format";
import { currentState, go } from "./state";
import { ROW_HEIGHT, useVisibleRows } from "./virtual";
import { useWidth } from "./watching";

export type Value = string | number | null;

export interface Column {
	key: string;
	title: string;
	hint?: string; /* what it means, for a tooltip */
	numeric: boolean; /* right-aligned, greatest first */
	width: number | null; /* pixels; null: the rest */
	value: (row: number) => Value; /* to sort by, and for CSV */
	show: (row: number) => ComponentChildren;
	lesser?: boolean; /* left out where there is little room */
	least?: number; /* pixels, where it takes what is left */
}

export interface TableProps {
	name: string; /* for people who hear it */
	columns: Column[];
	rows: number;
	keyOf: (row: number) => string; /* of the link to the row */
	text: (row: number) => string; /* what a filter looks through */
	sort: string; /* at first: "column" or "-column" */
	detail?: (row: number) => VNode | null;
	title?: string;
	filterHint?: string;
	compact?: boolean; /* as high as its rows, within a limit */
	own?: boolean; /* its order and filter are its own, not the hash's: where a tab has several */
}

const FEW = 12; /* rows of a small table, which needs no filter */

interface Choice {
	sort: string;
	filter: string;
	row: string;
}

function useChoice(own: boolean): [Choice, (change: Partial<Choice>) => void] {
	const [choice, setChoice] = useState<Choice>({ sort: "", filter: "", row: "" });
	if (own)
		return [choice, (change) => setChoice((before) => ({ ...before, ...change }))];
	const { sort, filter, row } = currentState();
	return [{ sort, filter, row }, go];
}

function compare(a: Value, b: Value): number {
	if (a === null || b === null)
		return a === b ? 0 : a === null ? -1 : 1;
	if (typeof a === "number" && typeof b === "number")
		return a - b;
	return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/* Every word must be there; a word after "-" must not. */
function matcher(filter: string): (text: string) => boolean {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	return (text) => {
		const lower = text.toLowerCase();
		return words.every((word) =>
			word.length > 1 && word.startsWith("-") ? !lower.includes(word.slice(1)) : lower.includes(word),
		);
	};
}

function order(props: TableProps, sort: string, filter: string): Int32Array {
	const matches = matcher(filter);
	const rows: number[] = [];
	for (let row = 0; row < props.rows; row++)
		if (filter === "" || matches(props.text(row)))
			rows.push(row);
	const down = sort.startsWith("-");
	const column = props.columns.find((one) => one.key === (down ? sort.slice(1) : sort));
	if (column) {
		const values = new Map(rows.map((row) => [row, column.value(row)]));
		rows.sort((a, b) => {
			const by = compare(values.get(a)!, values.get(b)!);
			return (down ? -by : by) || a - b;
		});
	}
	return Int32Array.from(rows);
}

export function Table(props: TableProps) {
	const [choice, choose] = useChoice(props.own ?? false);
	const sort = choice.sort || props.sort;
	const rows = useMemo(() => order(props, sort, choice.filter), [props.columns, props.rows, sort, choice.filter]);
	const openRow = useMemo(() => rows.findIndex((row) => props.keyOf(row) === choice.row), [rows, choice.row]);
	const [place, setCursor] = useState(Math.max(0, openRow));
	const cursor = Math.min(place, Math.max(0, rows.length - 1));
	const { box, from, to, reveal } = useVisibleRows(rows.length);
	const table = useRef<HTMLTableElement>(null);
	const columns = fitting(props.columns, useWidth(box));
	const opened = props.detail && choice.row !== "" && openRow >= 0 ? rows[openRow]! : null;

	useEffect(() => {
		if (openRow >= 0) {
			setCursor(openRow);
			reveal(openRow);
		}
	}, [openRow]);

	const move = (row: number) => {
		const next = Math.max(0, Math.min(rows.length - 1, row));
		setCursor(next);
		reveal(next);
	};
	const open = (row: number) => {
		const key = props.keyOf(rows[row]!);
		choose({ row: props.detail && choice.row !== key ? key : "" });
	};
	const keys = (event: KeyboardEvent) => {
		if (event.target !== box.current)
			return;
		const page = Math.max(1, Math.floor((box.current!.clientHeight - 30) / ROW_HEIGHT) - 1);
		const steps: Record<string, () => void> = {
			ArrowDown: () => move(cursor + 1),
			ArrowUp: () => move(cursor - 1),
			PageDown: () => move(cursor + page),
			PageUp: () => move(cursor - page),
			Home: () => move(0),
			End: () => move(rows.length - 1),
			Enter: () => rows.length > 0 && open(cursor),
			Escape: () => choose({ row: "" }),
		};
		const step = steps[event.key];
		if (step) {
			step();
			event.preventDefault();
		}
	};
	const sortBy = (column: Column) => {
		const first = column.numeric ? `-${column.key}` : column.key;
		const second = column.numeric ? column.key : `-${column.key}`;
		choose({ sort: sort === first ? second : first });
	};
	const asCsv = () =>
		csv([props.columns.map((one) => one.title), ...Array.from(rows, (row) => props.columns.map((one) => one.value(row)))]);

	const id = `table-${props.name.replace(/\W+/g, "-").toLowerCase()}`;
	return (
		<div class={`table-box${props.compact ? " compact" : ""}`}>
			<div class="tools">
				{props.title && <h2>{props.title}</h2>}
				{(!props.compact || props.rows > FEW) && <input
					type="search"
					placeholder={props.filterHint ?? "Filter"}
					aria-label={`Filter ${props.name}`}
					title="Rows with all of these words; a word after - must not be there"
					value={choice.filter}
					onInput={(event) => choose({ filter: event.currentTarget.value })}
				/>}
				<span class="muted" role="status">
					{props.compact && props.rows <= FEW
						? ""
						: rows.length === props.rows
						? `${countText(rows.length)} row${rows.length === 1 ? "" : "s"}`
						: `${countText(rows.length)} of ${countText(props.rows)} rows`}
				</span>
				<span class="room" />
				<CopyButton text={asCsv} label="Copy CSV" title="Copy these rows as CSV" />
			</div>
			<div
				class="scroll"
				ref={box}
				role="grid"
				tabIndex={0}
				aria-label={`${props.name}: arrow keys move, Enter opens a row`}
				aria-rowcount={rows.length + 1}
				aria-colcount={columns.length}
				aria-activedescendant={rows.length > 0 && cursor >= from && cursor < to ? `${id}-${cursor}` : undefined}
				onKeyDown={keys}
			>
				<table ref={table} role="presentation" style={{ "--all": `${widthOf(columns)}px`, "--fewer": `${widthOf(columns.filter((column) => !column.lesser))}px` }}>
					<colgroup>
						{columns.map((column) => (
							<col class={column.lesser ? "lesser" : ""} style={column.width ? { width: `${column.width}px` } : {}} />
						))}
					</colgroup>
					<thead role="rowgroup">
						<tr role="row" aria-rowindex={1}>
							{columns.map((column) => (
								<Head column={column} sort={sort} sortBy={sortBy} />
							))}
						</tr>
					</thead>
					<tbody role="rowgroup">
						<Gap rows={from} />
						{Array.from(rows.subarray(from, to), (row, i) => (
							<tr
								key={row}
								id={`${id}-${from + i}`}
								role="row"
								aria-rowindex={from + i + 2}
								aria-selected={row === opened}
								class={`${from + i === cursor ? "cursor" : ""}${row === opened ? " open" : ""}${props.detail ? " opens" : ""}`}
								onClick={(event) => {
									setCursor(from + i);
									if (!(event.target as Element).closest("a, button") && getSelection()?.isCollapsed !== false)
										open(from + i);
								}}
							>
								{columns.map((column) => (
									<td role="gridcell" class={`${column.numeric ? "number" : ""}${column.lesser ? " lesser" : ""}`}>
										{column.show(row)}
									</td>
								))}
							</tr>
						))}
						<Gap rows={rows.length - to} />
					</tbody>
				</table>
				{rows.length === 0 && <p class="empty">{props.rows === 0 ? "Nothing to show." : "No row has all of these words."}</p>}
			</div>
			{opened !== null && (
				<section class="detail" aria-label="The open row">
					<button class="close quiet" aria-label="Close" title="Close (Escape in the table)" onClick={() => choose({ row: "" })}>
						×
					</button>
					{props.detail!(opened)}
				</section>
			)}
		</div>
	);
}

function widthOf(columns: Column[]): number {
	return columns.reduce((sum, column) => sum + (column.width ?? column.least ?? 170), 0);
}

/* Without those that there is no room for, words and dates first: an open row tells them all. */
function fitting(columns: Column[], width: number): Column[] {
	const cost = (column: Column) => (column.numeric ? (column.width! > 150 ? 1 : 0) : 2);
	let shown = columns;
	while (widthOf(shown) > width) {
		const last = shown.filter((column) => column.lesser).reduceRight<Column | null>((most, column) => (most && cost(most) >= cost(column) ? most : column), null);
		if (!last)
			break;
		shown = shown.filter((column) => column !== last);
	}
	return shown;
}

function Gap({ rows }: { rows: number }) {
	return rows > 0 ? <tr aria-hidden="true" class="gap" style={{ height: `${rows * ROW_HEIGHT}px` }} /> : null;
}

function Head({ column, sort, sortBy }: { column: Column; sort: string; sortBy: (column: Column) => void }) {
	const up = sort === column.key;
	const down = sort === `-${column.key}`;
	return (
		<th
			role="columnheader"
			aria-sort={up ? "ascending" : down ? "descending" : "none"}
			class={`${column.numeric ? "number" : ""}${column.lesser ? " lesser" : ""}`}
		>
			<button title={column.hint ?? `Sort by ${column.title}`} onClick={() => sortBy(column)}>
				{column.title}
				<span class="arrow" aria-hidden="true">
					{up ? "▲" : down ? "▼" : ""}
				</span>
			</button>
		</th>
	);
}
