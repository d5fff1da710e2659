/*
 * documents.tsx - the tabs that mprof's own views fill: leaks, temporary blocks, threads, types, where blocks were freed,
 * garbage collection, phases, the difference of two recordings, processes.
 */
import { useView } from "./context";
import { SectionFacts, SectionTable } from "./document";
import { amount, count, signed, size, titleOf, visible } from "./format";
import { sectionOf } from "./model";
import type { DocumentData, SectionData } from "./schema";
import { FigureSwitch } from "./switches";

/* What a range does not change. */
export function OfWholeRun() {
	const { range } = useView();
	return range ? <p class="note whole-run">Of the whole run: a range cannot tell this.</p> : null;
}

/* Sections to show: those with a name, and with rows or with words for that there are none. */
export function shown(document: DocumentData | null | undefined): SectionData[] {
	return (document?.sections ?? []).filter((section) => section.name && (section.rows.length > 0 || section.note));
}

export function DocumentSections({ document, skip = [] }: { document: DocumentData | null; skip?: string[] }) {
	const sections = shown(document).filter((section) => !skip.includes(section.name!));
	const tables = sections.filter((section) => section.layout !== "facts");
	return (
		<div class="document">
			{sections.map((section) =>
				section.layout === "facts" ? <SectionFacts section={section} /> : <SectionTable section={section} compact={tables.length > 1} />,
			)}
		</div>
	);
}

export function Leaks() {
	const { recording } = useView();
	const { totals, documents } = recording.data;
	const complete = recording.data.head.complete !== false;
	const leaks = sectionOf(recording.data, "leaks", "leaks");
	const others = shown(documents.leaks).filter((section) => ["suppressed", "keepers"].includes(section.name!) && section.rows.length > 0);
	return (
		<div class="document">
			<OfWholeRun />
			<dl class="facts">
				<Fact title={complete ? "Leaked" : "Still live"} bytes={totals.leaked_bytes} blocks={totals.leaked_blocks} />
				<Fact title="Kept by libraries" bytes={totals.kept_bytes} blocks={totals.kept_blocks} />
				<Fact title="Suppressed" bytes={totals.suppressed_bytes} blocks={totals.suppressed_blocks} />
			</dl>
			{leaks && <SectionTable section={{ ...leaks, title: "Call paths whose blocks were not freed" }} compact={others.length > 0} own={false} />}
			{others.map((section) => (
				<SectionTable section={section} compact />
			))}
		</div>
	);
}

function Fact({ title, bytes, blocks }: { title: string; bytes?: number; blocks?: number }) {
	return bytes === undefined ? null : (
		<div>
			<dt>{title}</dt>
			<dd title={`${count(bytes)} B`}>{size(bytes)}</dd>
			<dd class="muted">{count(blocks ?? 0)} blocks</dd>
		</div>
	);
}

export function OneSection({ document, name, title }: { document: string; name: string; title?: string }) {
	const { recording } = useView();
	const section = sectionOf(recording.data, document, name);
	return (
		<div class="document">
			<OfWholeRun />
			{section && <SectionTable section={title ? { ...section, title } : section} />}
		</div>
	);
}

export function Collections() {
	const { recording } = useView();
	return (
		<>
			<OfWholeRun />
			<DocumentSections document={recording.data.documents.gc ?? null} skip={["types"]} />
		</>
	);
}

/* Of facts "peak_bytes.old" and "peak_bytes.new", a row of each figure. */
function changesOf(totals: SectionData): SectionData {
	const rows = new Map<string, Record<string, number>>();
	totals.columns.forEach(({ key }, i) => {
		const [figure = "", which = ""] = (key ?? "").replace(/^totals\./, "").split(".");
		rows.set(figure, { ...rows.get(figure), [which]: Number(totals.rows[0]?.[i] ?? 0) });
	});
	const isBytes = (figure: string) => !/^(allocations|temporary)|blocks$/.test(figure);
	return {
		name: "totals",
		title: "In all",
		layout: "table",
		columns: ["figure", "change", "old", "new"].map((key) => ({ key, title: titleOf(key), kind: key === "figure" ? "text" : "figure" })),
		rows: [...rows].map(([figure, { old = 0, new: now = 0 }]) => [titleOf(figure), signed(now - old, isBytes(figure)), amount(old, isBytes(figure)), amount(now, isBytes(figure))]),
	};
}

export function Diff() {
	const { page, place } = useView();
	const sections = shown(page[`diff_${place.figure}`] ?? page.diff);
	const totals = sections.find((section) => section.name === "totals");
	return (
		<div class="document">
			{totals && <SectionTable section={changesOf(totals)} compact />}
			<div class="tools">
				<FigureSwitch whole />
			</div>
			{sections
				.filter((section) => section.layout !== "facts")
				.map((section) => (
					<SectionTable section={section} own={false} />
				))}
		</div>
	);
}

/* What a gate said of the recordings. */
export function Verdict() {
	const { page } = useView();
	const [summary, verdicts] = page.verdict!.sections;
	const [status, counts, update] = summary!.rows[0]! as string[];
	return (
		<div class="document">
			<h2>
				mprof check: <strong class={`outcome ${status}`}>{status}</strong> <span class="muted">{counts}</span>
			</h2>
			{verdicts && <SectionTable section={verdicts} />}
			{update && (
				<>
					<p class="note">To take these figures as the baseline:</p>
					<pre>{visible(update)}</pre>
				</>
			)}
		</div>
	);
}

export function Processes() {
	const { page } = useView();
	return <DocumentSections document={page.processes} />;
}

export function Warnings() {
	const { recording } = useView();
	const { warnings = [], cut } = recording.data;
	return (
		<div class="document">
			<h2>Warnings</h2>
			{warnings.length === 0 && !cut?.nodes && <p class="empty">None: nothing is missing.</p>}
			<ul class="warnings">
				{warnings.map((text) => (
					<li>{visible(text)}</li>
				))}
				{cut && cut.nodes > 0 && (
					<li>
						{count(cut.nodes)} call paths are too small to be in this page: they stand as (other), by whose they are: at most {(cut.share * 100).toFixed(2)}% of any figure.
					</li>
				)}
			</ul>
		</div>
	);
}
