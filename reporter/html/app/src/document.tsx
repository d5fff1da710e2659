/*
 * document.tsx - tables that mprof made itself, of any columns: shown by their kinds, each by the one table.
 *
 * Columns that say where something is (function, file, line, place, module) become one; what is empty in all rows is left
 * out; a table in a cell is what a row opens to.
 */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { EditorLink, Name, Share } from "./cells";
import { count, date, duration, lastPart, share, shortPath, signed, size, titleOf, visible } from "./format";
import type { ColumnData, SectionData } from "./schema";
import { Column, Table, Value } from "./table";

interface NestedColumn extends ColumnData {
	columns?: ColumnData[];
}

type Row = unknown[];

const PLACE_KEYS = ["function", "file", "line", "place", "module"];

function kindOf(column: ColumnData): string {
	const key = column.key ?? "";
	const kind = column.kind ?? "text";
	if (kind === "count" && /(^|_)bytes(_error)?$/.test(key))
		return "bytes";
	return kind;
}

const NUMERIC = new Set(["count", "change", "bytes", "bytes_change", "size", "size_change", "share", "time", "duration", "pause"]);

export function cellText(value: unknown, kind: string): string {
	if (value === null || value === undefined)
		return "";
	if (Array.isArray(value))
		return visible(value.map(String).join(" "));
	if (typeof value === "boolean")
		return value ? "yes" : "no";
	if (typeof value !== "number")
		return visible(String(value));
	switch (kind) {
		case "bytes":
		case "size":
			return size(value);
		case "bytes_change":
		case "size_change":
			return signed(value, true);
		case "change":
			return signed(value, false);
		case "share":
			return share(value);
		case "time":
			return date(value);
		case "duration":
		case "pause":
			return duration(value);
		default:
			return count(value);
	}
}

function Cell({ value, kind }: { value: unknown; kind: string }) {
	if (kind === "share" && typeof value === "number")
		return <Share part={value} />;
	const text = cellText(value, kind);
	const isBytes = /bytes|size/.test(kind) && typeof value === "number";
	return (
		<span class={value === 0 ? "nothing" : undefined} title={isBytes ? `${count(value as number)} B` : text.length > 16 ? text : undefined}>
			{text}
		</span>
	);
}

/* Where a row's thing is, of columns with a prefix ("allocated."). */
interface Place {
	prefix: string;
	columns: Record<string, number>;
}

function placesOf(columns: ColumnData[]): Place[] {
	const places = new Map<string, Place>();
	columns.forEach((column, i) => {
		const [, prefix = "", key = ""] = /^(.*\.)?([^.]*)$/.exec(column.key ?? "") ?? [];
		if (!PLACE_KEYS.includes(key))
			return;
		const place = places.get(prefix) ?? { prefix, columns: {} };
		place.columns[key] = i;
		places.set(prefix, place);
	});
	return [...places.values()].filter(({ columns: found }) => "function" in found || "file" in found || "module" in found);
}

function textAt(row: Row, column: number | undefined): string {
	return column === undefined ? "" : visible(String(row[column] ?? ""));
}

function nameAt(place: Place, row: Row): string {
	const { columns } = place;
	return textAt(row, columns.function) || textAt(row, columns.file) || textAt(row, columns.module) || "(unknown)";
}

function whereAt(place: Place, row: Row): string {
	const { columns } = place;
	const line = Number(row[columns.line ?? -1] ?? 0);
	const file = textAt(row, columns.file);
	if (columns.function === undefined)
		return "";
	return file ? `${shortPath(file)}${line > 0 ? `:${line}` : ""}` : lastPart(textAt(row, columns.module));
}

function PlaceName({ place, row }: { place: Place; row: Row }) {
	const path = String(row[place.columns.file ?? -1] ?? "");
	return (
		<>
			<Name name={nameAt(place, row)} place={whereAt(place, row)} />
			<EditorLink path={path} line={Number(row[place.columns.line ?? -1] ?? 1)} inTable />
		</>
	);
}

function isEmpty(section: SectionData, column: number): boolean {
	return section.rows.every((row) => row[column] === null || row[column] === "" || row[column] === undefined);
}

function isZero(section: SectionData, column: number): boolean {
	return section.rows.every((row) => row[column] === 0 || row[column] === null);
}

function columnsOf(section: SectionData): Column[] {
	const places = placesOf(section.columns);
	const taken = new Set(places.flatMap((place) => Object.values(place.columns)));
	const columns: Column[] = [];
	section.columns.forEach((column: NestedColumn, i) => {
		const key = column.key ?? `column${i}`;
		const kind = kindOf(column);
		if (taken.has(i) || kind === "rows" || isEmpty(section, i) || (/_error$/.test(key) && isZero(section, i)))
			return;
		const numeric = NUMERIC.has(kind);
		const title = column.title && !/ (bytes|ns)$/.test(column.title) ? column.title : titleOf(key);
		columns.push({
			key,
			title,
			hint: titleOf(key),
			numeric,
			width: numeric ? Math.max(kind === "time" ? 140 : 78, title.length * 7 + 30) : 120,
			lesser: columns.length > 3,
			value: (row) => valueOf(section.rows[row]![i]),
			show: (row) => <Cell value={section.rows[row]![i]} kind={kind} />,
		});
	});
	const lastText = columns.findLast((column) => !column.numeric);
	if (places.length === 0 && lastText)
		Object.assign(lastText, { width: null, lesser: false });
	columns.sort((a, b) => Number(b.numeric) - Number(a.numeric));
	for (const place of places)
		columns.push(placeColumn(section, place));
	return columns;
}

function placeColumn(section: SectionData, place: Place): Column {
	const what = "function" in place.columns ? "Function" : "file" in place.columns ? "Source file" : "Module";
	return {
		key: `${place.prefix}name`,
		title: place.prefix ? titleOf(place.prefix.replace(".", "")) : what,
		numeric: false,
		width: null,
		value: (row) => `${nameAt(place, section.rows[row]!)} ${whereAt(place, section.rows[row]!)}`.trim(),
		show: (row) => <PlaceName place={place} row={section.rows[row]!} />,
	};
}

function valueOf(value: unknown): Value {
	if (value === null || value === undefined || typeof value === "number")
		return value ?? null;
	return Array.isArray(value) ? value.map(String).join(" ") : String(value);
}

/* What a row opens to: its own table, or that in one of its cells. */
function nestedOf(section: SectionData, row: number): SectionData[] {
	const nested: SectionData[] = [];
	const inner = section.inner?.[row];
	if (inner)
		nested.push({ name: "lines", ...inner });
	section.columns.forEach((column: NestedColumn, i) => {
		const rows = section.rows[row]![i];
		if (column.columns && Array.isArray(rows) && rows.length > 0)
			nested.push({ name: column.key, title: titleOf(column.key ?? ""), columns: column.columns, rows: rows as Row[] });
	});
	return nested;
}

/* A call path, innermost first. */
function CallPath({ section }: { section: SectionData }) {
	const place = placesOf(section.columns)[0];
	if (!place)
		return null;
	return (
		<ol class="call-path">
			{section.rows.map((row) => (
				<li>
					<PlaceName place={place} row={row} />
				</li>
			))}
		</ol>
	);
}

function RowDetail({ section, row }: { section: SectionData; row: number }) {
	const nested = nestedOf(section, row);
	const places = placesOf(section.columns);
	const facts = section.columns
		.map((column, i) => ({ column, text: cellText(section.rows[row]![i], kindOf(column)) }))
		.filter(({ column, text }) => text !== "" && kindOf(column) !== "rows" && !/_error$/.test(column.key ?? ""));
	return (
		<>
			<header class="detail-head">
				{places.map((place) => (
					<PlaceName place={place} row={section.rows[row]!} />
				))}
			</header>
			<dl class="facts">
				{facts.map(({ column, text }) => (
					<div>
						<dt>{titleOf((column.key ?? column.title ?? "").replace(".", " "))}</dt>
						<dd>{text}</dd>
					</div>
				))}
			</dl>
			{nested.map((one) =>
				one.name === "frames" ? (
					<>
						<h3>Call path, innermost first</h3>
						<CallPath section={one} />
					</>
				) : (
					<SectionTable section={one} compact />
				),
			)}
		</>
	);
}

export function SectionTable({ section, compact, own, children }: { section: SectionData; compact?: boolean; own?: boolean; children?: ComponentChildren }) {
	const columns = useMemo(() => columnsOf(section), [section]);
	const title = section.title || titleOf(section.name || "rows");
	const first = columns.find((column) => column.numeric);
	const nests = section.rows.some((_, row) => nestedOf(section, row).length > 0) || section.columns.length > 6;
	const tree = section.layout === "tree" && section.depth;
	return (
		<section class={compact ? "section" : "section tall"}>
			<h2>{title}</h2>
			{section.note && section.rows.length > 0 && <p class="note">{visible(section.note)}</p>}
			{children}
			{section.rows.length === 0 ? (
				<p class="empty">{visible(section.note || "None.")}</p>
			) : (
				<Table
					name={title}
					columns={tree ? indented(columns, section.depth!) : columns}
					rows={section.rows.length}
					keyOf={(row) => `${row}`}
					text={(row) => section.rows[row]!.map((value) => (Array.isArray(value) ? "" : String(value ?? ""))).join(" ")}
					sort={tree || !first || /^(from|index|begin|time)/.test(first.key) ? "" : `-${first.key}`}
					compact={compact}
					own={own ?? compact}
					detail={nests ? (row) => <RowDetail section={section} row={row} /> : undefined}
				/>
			)}
		</section>
	);
}

/* The last column of a tree is indented by depth. */
function indented(columns: Column[], depth: number[]): Column[] {
	return columns.map((column, i) =>
		i < columns.length - 1 ? column : { ...column, show: (row: number) => <span style={{ paddingLeft: `${(depth[row] ?? 0) * 16}px` }}>{column.show(row)}</span> },
	);
}

/* A row of facts as terms and values. */
export function SectionFacts({ section }: { section: SectionData }) {
	const row = section.rows[0];
	if (!row)
		return null;
	return (
		<dl class="facts">
			{section.columns.map((column, i) =>
				row[i] === null || row[i] === undefined || row[i] === "" ? null : (
					<div>
						<dt>{column.title || titleOf(column.key ?? "")}</dt>
						<dd>{cellText(row[i], kindOf(column))}</dd>
					</div>
				),
			)}
		</dl>
	);
}
