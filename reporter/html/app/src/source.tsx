/*
 * source.tsx - source files with what each line holds: text where the page has it, figures of the whole run or a range.
 */
import { useEffect, useMemo } from "preact/hooks";
import { Amount, EditorLink, Share } from "./cells";
import { useView } from "./context";
import { amount, count, duration, lastPart, ratio, share, shortPath, size } from "./format";
import { sectionOf, type Figure, type Recording } from "./model";
import type { SourceLines, TableData } from "./schema";
import { go } from "./state";
import { FigureSwitch } from "./switches";
import type { Range } from "./timeline";
import { useVisibleRows } from "./virtual";

interface Ran {
	hits: number | null;
	ns: number | null;
	memory: number | null; /* live after it */
	not: string | null; /* why it was not counted */
}

interface Line {
	number: number;
	text: string | null; /* null: not in the page */
	total: number;
	self: number;
	ran: Ran | null; /* of traced functions */
	functions: string;
}

interface File {
	name: string;
	path: string; /* for the editor */
	lines: Map<number, Line>;
	total: number;
	ran: boolean; /* some line of it is known to have */
}

function lineOf(file: File, number: number): Line {
	let line = file.lines.get(number);
	if (!line) {
		line = { number, text: null, total: 0, self: 0, ran: null, functions: "" };
		file.lines.set(number, line);
	}
	return line;
}

/* Files by name, with the lines that have a figure or a text. */
function filesOf(recording: Recording, figure: Figure, range: Range | null): File[] {
	const { names } = recording;
	const files = new Map<string, File>();
	const fileOf = (name: string, path: string) => {
		const file = files.get(name) ?? { name, path, lines: new Map<number, Line>(), total: 0, ran: false };
		files.set(name, file);
		return file;
	};
	const sums = recording.sumsBy("line", figure, range);
	recording.keysBy("line").frames.forEach((frame, key) => {
		if (names.lineOf(frame) === 0 || names.fileOf(frame) === "" || (sums.total[key] === 0 && sums.self[key] === 0))
			return;
		const line = lineOf(fileOf(names.fileOf(frame), names.pathOf(frame)), names.lineOf(frame));
		line.total += sums.total[key]!;
		line.self += sums.self[key]!;
		line.functions = names.functionOf(frame);
	});
	addTexts(recording, fileOf);
	if (!range)
		addRuns(recording, fileOf); /* of the whole run */
	const byFile = recording.sumsBy("file", figure, range);
	recording.keysBy("file").frames.forEach((frame, key) => {
		const file = files.get(names.fileOf(frame));
		if (file)
			file.total = byFile.total[key]!;
	});
	return [...files.values()].sort((a, b) => +b.ran - +a.ran || b.total - a.total || (a.name < b.name ? -1 : 1));
}

function addTexts(recording: Recording, fileOf: (name: string, path: string) => File): void {
	const { names } = recording;
	for (const source of recording.data.sources?.files ?? []) {
		const name = names.text(source.file);
		const file = fileOf(name, typeof source.file === "number" ? (names.strings[source.file] ?? "") : source.file);
		const ranges: SourceLines[] = Array.isArray(source.lines) ? source.lines : [source.lines];
		for (const { from, text } of ranges)
			text.forEach((index, i) => {
				const line = names.strings && typeof index === "number" ? (names.strings[index] ?? "") : String(index);
				lineOf(file, from + i).text = line.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
			});
	}
}

function addRuns(recording: Recording, fileOf: (name: string, path: string) => File): void {
	const tables = sectionOf(recording.data, "report", "functions");
	const column = (table: TableData | null | undefined, key: string) => table?.columns.findIndex((one) => one.key === key) ?? -1;
	tables?.rows.forEach((row, i) => {
		const lines = tables.inner?.[i];
		const [at, hits, ns, memory, not] = ["line", "hits", "time_ns", "mem_bytes", "not_counted"].map((key) => column(lines, key)) as [number, number, number, number, number];
		const name = String(row[column(tables, "file")] ?? "");
		for (const line of hits < 0 || name === "" ? [] : lines!.rows)
			if (line[hits] !== null || line[not]) {
				const file = fileOf(name, name);
				file.ran ||= Number(line[hits]) > 0;
				lineOf(file, Number(line[at])).ran = { hits: line[hits], ns: line[ns], memory: line[memory], not: line[not] } as Ran;
			}
	});
}

export function Source() {
	const { recording, figure, range, place } = useView();
	const files = useMemo(() => filesOf(recording, figure, range), [recording, figure.name, range]);
	const file = files.find((one) => one.name === place.file) ?? files[0];
	const whole = recording.whole(figure, range);
	const textless = files.every((one) => [...one.lines.values()].every((line) => line.text === null));
	return (
		<div class="source">
			<div class="tools">
				<FigureSwitch />
				{textless && <span class="note">Lines without their text: the page was made without sources, or they were not found.</span>}
			</div>
			<div class="source-pair">
				<nav class="file-list" aria-label="Source files">
					{files.slice(0, 400).map((one) => (
						<button aria-current={one === file ? "true" : undefined} title={one.name} onClick={() => go({ file: one.name, row: "" })}>
							<span class="file-name">{shortPath(one.name)}</span>
							<span class="number muted">{amount(one.total, figure.bytes)}</span>
						</button>
					))}
				</nav>
				{file ? <Listing key={file.name} file={file} whole={whole} figure={figure} /> : <p class="empty">No source lines are known.</p>}
			</div>
		</div>
	);
}

const LINE_HEIGHT = 20;
const ALL_ROWS = 3000; /* so many are made at once: their columns stay as they are */

function Gap({ rows }: { rows: number }) {
	return rows > 0 ? <tr aria-hidden="true" class="gap" style={{ height: `${rows * LINE_HEIGHT}px` }} /> : null;
}

function RanCells({ ran }: { ran: Ran | null }) {
	return (
		<>
			<td class="number">{ran?.not ? <span class="muted">{ran.not}</span> : ran?.hits != null && count(ran.hits)}</td>
			<td class="number roomy">{ran?.ns != null && duration(ran.ns)}</td>
			<td class="number roomy">{ran?.memory != null && size(ran.memory)}</td>
		</>
	);
}

function Listing({ file, whole, figure }: { file: File; whole: number; figure: Figure }) {
	const lines = useMemo(() => [...file.lines.values()].sort((a, b) => a.number - b.number), [file]);
	const rows = useMemo(() => lines.flatMap((line, i) => (i > 0 && line.number > lines[i - 1]!.number + 1 ? [null, line] : [line])), [lines]);
	const near = useVisibleRows(rows.length, LINE_HEIGHT);
	const { box } = near;
	const [from, to] = rows.length > ALL_ROWS ? [near.from, near.to] : [0, rows.length];
	const traced = lines.some((line) => line.ran);
	const hottest = useMemo(() => lines.reduce((most, line) => (line.self > most.self || (line.self === most.self && line.total > most.total) ? line : most), lines[0]!), [lines]);
	useEffect(() => {
		if (hottest && box.current)
			box.current.scrollTop = Math.max(0, rows.indexOf(hottest) * LINE_HEIGHT - box.current.clientHeight / 3);
	}, [hottest]);
	return (
		<section class="listing" aria-label={`Source of ${file.name}`}>
			<header>
				<code>{file.name}</code>{" "}
				<span class="muted">
					{figure.bytes ? size(file.total) : file.total}, {share(ratio(file.total, whole))} in {lastPart(file.name)} and what it calls
				</span>
			</header>
			<div class="scroll" ref={box} tabIndex={0} role="region" aria-label="Lines">
				<table>
					<thead>
						<tr>
							<th class="number">{figure.title}</th>
							<th class="number roomy">Share</th>
							<th class="number roomy">Self</th>
							{traced && <th class="number">Hits</th>}
							{traced && <th class="number roomy">Time</th>}
							{traced && <th class="number roomy">Mem usage</th>}
							<th class="number">Line</th>
							<th>Source</th>
						</tr>
					</thead>
					<tbody>
						<Gap rows={from} />
						{rows.slice(from, to).map((line) =>
							line ? (
								<tr data-line={line.number} class={line.total !== 0 ? "hot" : undefined}>
									<td class="number">{line.total !== 0 && <Amount value={line.total} figure={figure} />}</td>
									<td class="number roomy">{line.total !== 0 && <Share part={ratio(line.total, whole)} />}</td>
									<td class="number roomy">{line.self !== 0 && <Amount value={line.self} figure={figure} />}</td>
									{traced && <RanCells ran={line.ran} />}
									<td class="number line-number">
										<EditorLink path={file.path} line={line.number}>
											{line.number}
										</EditorLink>
									</td>
									<td class="text">{line.text === null ? <span class="muted">in {line.functions}</span> : <code>{line.text || " "}</code>}</td>
								</tr>
							) : (
								<tr class="skip">
									<td colSpan={traced ? 8 : 5}>⋯</td>
								</tr>
							),
						)}
						<Gap rows={rows.length - to} />
					</tbody>
				</table>
			</div>
		</section>
	);
}
