/*
 * document.tsx - tables that mprof made itself, of any columns: shown by their kinds, each by the one table.
 *
 * Columns that say where something is (function, file, line, place, module) become one; what is empty in all rows is left
 * out; a table in a cell is what a row opens to.
 */
import { useMemo } from "preact/hooks";
import { EditorLink, Name, Share } from "./cells";
import { useView } from "./context";
import { count, date, duration, lastPart, share, shortPath, signed, size, titleOf, visible } from "./format";
import type { ColumnData, SectionData } from "./schema";
import { hashOf, START } from "./state";
import { Column, Table, Value } from "./table";

interface NestedColumn extends ColumnData {
	columns?: ColumnData[];
}

type Row = unknown[];

const PLACE_KEYS = ["function", "name", "file", "line", "place", "module"];

function kindOf(column: ColumnData): string {
	const key = column.key ?? "";
	const kind = column.kind ?? "text";
	const bytes = kind === "bytes" || (kind === "count" && /(^|_)bytes(_error)?$/.test(key));
	if (/^change(_|$)/.test(key))
		return bytes ? "bytes_change" : kind === "count" ? "change" : kind;
	return bytes ? "bytes" : /(^|_)[pt]id$/.test(key) ? "number" : kind;
}

const NUMERIC = new Set(["figure", "number", "count", "change", "bytes", "bytes_change", "size", "size_change", "share", "time", "duration", "pause"]);

export function cellText(value: unknown, kind: string): string {
	if (value === null || value === undefined)
		return "";
	if (Array.isArray(value))
		return visible(value.map(String).join(" "));
	if (kind === "lines")
		return String(value).split("\n").map(visible).join("\n");
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
		case "number":
			return String(value);
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

function Cell({ value, kind, name }: { value: unknown; kind: string; name: string }) {
	if (name === "outcome")
		return <strong class={`outcome ${String(value)}`}>{String(value)}</strong>;
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
		place.columns[key === "name" ? "function" : key] ??= i;
		places.set(prefix, place);
	});
	return [...places.values()].filter(({ columns: found }) => "file" in found || "module" in found);
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

/* Texts of several lines are for the row's own panel. */
function hasLines(section: SectionData, column: number): boolean {
	return section.rows.some((row) => typeof row[column] === "string" && row[column].includes("\n"));
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
		if (taken.has(i) || kind === "rows" || hasLines(section, i) || isEmpty(section, i) || (/_error$|^sample_bytes$/.test(key) && isZero(section, i)) || (key === "path_count" && section.rows.every((row) => row[i] === 1)))
			return;
		const numeric = NUMERIC.has(kind);
		const title = headingOf(column) + (section.columns.some((other) => other.key === `${key}_bytes`) ? " (blocks)" : "");
		columns.push({
			key,
			title,
			hint: titleOf(key),
			numeric,
			width: numeric ? Math.max(kind === "time" ? 164 : 90, title.length * 7 + 24) : 110,
			value: (row) => valueOf(section.rows[row]![i]),
			show: (row) => <Cell value={section.rows[row]![i]} kind={kind} name={key} />,
		});
	});
	const texts = columns.filter((column) => !column.numeric);
	const flexible = section.layout === "tree" ? texts[0] : (texts.find(({ key }) => key === "verdict") ?? texts.at(-1));
	if (places.length === 0 && flexible)
		Object.assign(flexible, { width: null, least: section.layout === "tree" ? 320 : 170 });
	markLesser(columns);
	if (section.layout !== "tree")
		columns.sort((a, b) => rankOf(a) - rankOf(b));
	for (const place of places)
		columns.push(placeColumn(section, place));
	return columns;
}

/* Where there is little room, a row's number, two amounts and the widest words are left. */
function markLesser(columns: Column[]): void {
	const isAmount = (column: Column) => (/^change(_bytes)?$/.test(column.key) ? 2 : /(bytes|share|_of_site)$/.test(column.key) ? 1 : 0);
	const ranked = columns.filter((column) => column.numeric).sort((a, b) => isAmount(b) - isAmount(a));
	for (const column of columns)
		column.lesser = column.numeric ? ranked.indexOf(column) > 1 && !/id$/.test(column.key) : column.width !== null;
}

/* Numbers first, then words, the widest last. */
function rankOf(column: Column): number {
	return column.numeric ? 0 : column.width === null ? 2 : 1;
}

function placeColumn(section: SectionData, place: Place): Column {
	const what = "function" in place.columns ? "Function" : "file" in place.columns ? "Source file" : "Module";
	return {
		key: `${place.prefix}name`,
		title: place.prefix ? titleOf(place.prefix.replace(".", "")) : what,
		numeric: false,
		width: null,
		value: (row) => `${nameAt(place, section.rows[row]!)} ${whereAt(place, section.rows[row]!)}`.trim(),
		show: (row) => (
			<>
				<PlaceName place={place} row={section.rows[row]!} />
				<Callers section={section} row={row} />
			</>
		),
	};
}

function headingOf(column: ColumnData): string {
	return column.title && !/ (bytes|ns)$/.test(column.title) ? column.title : titleOf(column.key ?? "");
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

const CALLERS = 3;

/* By whom it was called, in short: rows of one line and several paths look alike without. */
function Callers({ section, row }: { section: SectionData; row: number }) {
	const at = section.columns.findIndex(({ key }) => key === "frames");
	const frames = (section.rows[row]![at] ?? []) as Row[];
	const place = at < 0 ? undefined : placesOf((section.columns[at] as NestedColumn).columns ?? [])[0];
	if (!place || frames.length < 2)
		return null;
	const names = frames.slice(1, CALLERS + 1).map((frame) => nameAt(place, frame));
	return <span class="place callers">{` < ${names.join(" < ")}${frames.length > CALLERS + 1 ? " < …" : ""}`}</span>;
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
	const { page } = useView();
	const places = placesOf(section.columns);
	const trace = section.rows[row]![section.columns.findIndex(({ key }) => key === "trace")];
	const recording = page.recordings.findIndex(({ head }) => trace !== undefined && head.trace === trace);
	const facts = section.columns
		.map((column, i) => ({ column, text: cellText(section.rows[row]![i], hasLines(section, i) ? "lines" : kindOf(column)) }))
		.filter(({ column, text }) => text !== "" && !/(^|\.)(function|name|line|place)$/.test(column.key ?? "") && kindOf(column) !== "rows" && !/_error$/.test(column.key ?? ""));
	return (
		<>
			<header class="detail-head">
				{places.map((place) => (
					<PlaceName place={place} row={section.rows[row]!} />
				))}
				{recording >= 0 && <a href={hashOf({ ...START, tab: "overview", recording })}>Show this recording</a>}
			</header>
			<dl class="facts">
				{facts.map(({ column, text }) => (
					<div>
						<dt>{titleOf((column.key ?? column.title ?? "").replace(".", " "))}</dt>
						<dd>{text.includes("\n") ? <pre>{text}</pre> : text}</dd>
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

export function SectionTable({ section, compact, own }: { section: SectionData; compact?: boolean; own?: boolean }) {
	const columns = useMemo(() => columnsOf(section), [section]);
	const title = visible(section.title || titleOf(section.name || "rows"));
	const nests = section.rows.some((_, row) => nestedOf(section, row).length > 0) || columns.length > 3;
	const tree = section.layout === "tree" && section.depth;
	return (
		<section class={compact ? "section" : "section tall"}>
			{section.rows.length === 0 && <h2>{title}</h2>}
			{section.rows.length === 0 ? (
				<p class="empty">{visible(section.note || "None.")}</p>
			) : (
				<Table
					name={title}
					title={title}
					columns={tree ? indented(columns, section.depth!) : columns}
					rows={section.rows.length}
					keyOf={(row) => `${row}`}
					text={(row) => section.rows[row]!.map((value) => (Array.isArray(value) ? "" : String(value ?? ""))).join(" ")}
					sort=""
					compact={compact}
					own={own ?? compact}
					detail={nests ? (row) => <RowDetail section={section} row={row} /> : undefined}
				/>
			)}
			{section.note && section.rows.length > 0 && <p class="note">{visible(section.note).replace(/ \(-[^)]*\)$/, "")}</p>}
		</section>
	);
}

/* A tree's first column is indented by depth. */
function indented(columns: Column[], depth: number[]): Column[] {
	return columns.map((column, i) =>
		i > 0 ? column : { ...column, show: (row: number) => <span style={{ paddingLeft: `${(depth[row] ?? 0) * 16}px` }}>{column.show(row)}</span> },
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
						<dt>{headingOf(column)}</dt>
						<dd>{cellText(row[i], kindOf(column))}</dd>
					</div>
				),
			)}
		</dl>
	);
}
