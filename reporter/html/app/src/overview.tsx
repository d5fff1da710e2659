/*
 * overview.tsx - the first screen: how much, when, and where; the heap over time beside what holds it at its peak.
 */
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { AREA_COLOURS } from "./colours";
import { Amount, Name, Share } from "./cells";
import { Chart } from "./chart";
import { useView } from "./context";
import { amount, count, duration, moment, ratio, share, signed, size } from "./format";
import type { Figure } from "./model";
import type { Group } from "./names";
import { Parts, partsOf, tellingGroup } from "./parts";
import { go, openTab } from "./state";
import { Switch, Option } from "./switches";
import { Timeline } from "./timeline";

const SHORT_LIST = 8;

export const BY: Option[] = [
	["site", "Call site", "What asked for memory, past wrappers of the allocator"],
	["function", "Function"],
	["file", "File"],
	["module", "Module"],
];

export interface Stacked {
	by: Group;
	parts: Parts;
}

export function useStacked(): Stacked | null {
	const { recording, place } = useView();
	const { timeline } = recording;
	return useMemo(() => {
		if (!timeline)
			return null;
		const by = (BY.find(([one]) => one === place.by)?.[0] as Group | undefined) ?? tellingGroup(recording, timeline);
		return { by, parts: partsOf(recording, timeline, by) };
	}, [recording, place.by]);
}

/* Whether resident memory is of the heap's order, so that one scale suits both. */
export function rssFits(timeline: Timeline): boolean {
	const greatest = Math.max(0, ...(timeline.data.rss ?? []).map(([, bytes]) => bytes));
	return greatest > 0 && greatest < 2.2 * Math.max(...timeline.peaks);
}

function Card({ title, value, more, exact, tab }: { title: string; value: string; more?: ComponentChildren; exact?: string; tab?: string }) {
	const inside = (
		<>
			<span class="card-title">{title}</span>
			<span class="card-value" title={exact}>
				{value}
			</span>
			<span class="card-more">{more}</span>
		</>
	);
	return tab ? (
		<button class="card" onClick={() => openTab(tab)}>
			{inside}
		</button>
	) : (
		<div class="card">{inside}</div>
	);
}

function Cards() {
	const { recording, range } = useView();
	const { totals, head } = recording.data;
	const { timeline } = recording;
	if (range && timeline)
		return <RangeCards />;
	const of = (key: string) => Number(totals[key] ?? 0);
	const error = (key: string) => (of(key) > 0 ? ` ± ${size(of(key))}` : "");
	const bytes = (key: string) => `${count(of(key))} B`;
	const complete = head.complete !== false;
	return (
		<div class="cards">
			<Card title="Peak heap" value={size(of("peak_bytes"))} exact={bytes("peak_bytes")} more={`at ${moment(of("peak_time_ns"), Number(head.duration_ns))}${error("peak_bytes_error")}`} tab={timeline ? "timeline" : "flame"} />
			<Card
				title={complete ? "Leaked" : "Still live"}
				value={size(of("leaked_bytes"))}
				exact={bytes("leaked_bytes")}
				more={of("kept_bytes") > 0 ? `libraries keep ${size(of("kept_bytes"))}` : `${count(of("leaked_blocks"))} block${of("leaked_blocks") === 1 ? "" : "s"}`}
				tab="leaks"
			/>
			<Card title="Allocated in all" value={size(of("allocated_bytes"))} exact={bytes("allocated_bytes")} more={`${ratioText(of("allocated_bytes"), of("peak_bytes"))} the peak`} />
			<Card title="Allocations" value={count(of("allocations"))} more={`${perSecond(of("allocations"), Number(head.duration_ns))}`} />
			{totals.temporary_allocations != null && <Card title="Temporary" value={share(ratio(of("temporary_allocations"), of("allocations")))} exact={count(of("temporary_allocations"))} more={`${count(of("temporary_allocations"))} freed at once`} tab="temporary" />}
			{of("peak_rss_bytes") > 0 && <Card title="Peak resident" value={(complete ? "" : "at least ") + size(of("peak_rss_bytes"))} exact={bytes("peak_rss_bytes")} more={totals.recorder_bytes != null && `${size(of("recorder_bytes"))} of it the recorder's`} />}
			{of("collections") > 0 && <Card title="Collections" value={count(of("collections"))} tab="gc" />}
			<Card title="Ran for" value={duration(Number(head.duration_ns))} more={`${count(of("threads") || 1)} thread${of("threads") > 1 ? "s" : ""}`} tab={of("threads") > 1 ? "threads" : undefined} />
		</div>
	);
}

export function NoTime() {
	return (
		<p class="note">
			How the heap went over time is not known here: <button onClick={() => openTab("warnings")}>Warnings</button> says why.
		</p>
	);
}

function RangeCards() {
	const { recording, range } = useView();
	const timeline = recording.timeline!;
	const peak = timeline.peakIn(range!);
	const [from, to] = [timeline.bounds[range!.first]!, timeline.bounds[range!.last + 1]!];
	const whole = (figure: Figure) => (figure.signed ? signed : amount)(recording.whole(figure, range), figure.bytes);
	return (
		<div class="cards">
			{recording.figures(range).map((figure) => (
				<Card title={figure.title} value={whole(figure)} exact={`${count(recording.whole(figure, range))}`} more={figure.name === "peak" ? `at ${moment(timeline.peakTimes[peak]!, timeline.duration)}` : ""} />
			))}
			<Card title="Range" value={duration(to - from)} more={`${moment(from, timeline.duration)} to ${moment(to, timeline.duration)}`} />
		</div>
	);
}

function ratioText(part: number, whole: number): string {
	const times = ratio(part, whole);
	return times >= 10 ? `${count(times)} times` : `${times.toFixed(1)} times`;
}

function perSecond(number: number, ns: number): string {
	return ns > 0 ? `${count((number * 1e9) / ns)} per second` : "";
}

/* The list beside the chart is its legend, too. */
export function PartList({ by, parts, light }: Stacked & { light: (part: number) => void }) {
	const { page, recording, range, figure } = useView();
	const timeline = recording.timeline!;
	const peak = { name: "peak", title: "Peak", bytes: true };
	const within = range ?? { first: 0, last: timeline.count - 1 };
	const { self } = recording.sumsBy(by, peak, within);
	const whole = recording.whole(peak, within);
	const listed = parts.parts.slice(0, -1);
	const rest = whole - listed.reduce((sum, part) => sum + self[part.key]!, 0);
	const at = timeline.peakIn(within);
	return (
		<section class="part-list">
			<h2>
				{page.narrowed ? "What holds their own peak" : "What holds the peak"} <span class="muted">{`${size(whole)} at ${moment(timeline.peakTimes[at]!, timeline.duration)}`}</span>
			</h2>
			<Switch label="Stacked by" options={BY} value={by} choose={(value) => go({ by: value })} />
			<ol>
				{parts.parts.map((part, i) => {
					const value = part.key < 0 ? rest : self[part.key]!;
					return part.key < 0 && rest <= 0 ? null : (
						<li key={part.key} onPointerEnter={() => light(i)} onPointerLeave={() => light(-1)}>
							<span class="swatch" style={{ background: AREA_COLOURS[part.key < 0 ? AREA_COLOURS.length - 1 : i] }} />
							<span class="number">
								<Amount value={value} figure={{ bytes: true }} />
							</span>
							<Share part={ratio(value, whole)} />
							{part.key < 0 ? (
								<span class="muted">all others</span>
							) : (
								<button class="plain" title="Show in the flame graph" onClick={() => openTab("flame", { figure: figure.bytes ? figure.name : "peak", search: by === "site" || by === "function" ? recording.names.functionOf(part.frame) : "", zoom: "" })}>
									<Name name={part.name} place={part.place} />
								</button>
							)}
						</li>
					);
				})}
			</ol>
		</section>
	);
}

function ShortList({ figure, title }: { figure: Figure; title: string }) {
	const { recording, range } = useView();
	const { names } = recording;
	const { frames } = recording.keysBy("site");
	const { self } = recording.sumsBy("site", figure, range);
	const whole = recording.whole(figure, range);
	const top = useMemo(
		() =>
			frames
				.map((_, key) => key)
				.filter((key) => self[key] !== 0)
				.sort((a, b) => Math.abs(self[b]!) - Math.abs(self[a]!) || a - b),
		[self],
	);
	return (
		<section class="short-list">
			<h2>
				<button class="plain" title="Show in the flame graph" onClick={() => openTab("flame", { figure: figure.name, zoom: "" })}>
					{title}
				</button>{" "}
				<span class="muted">{amount(whole, figure.bytes)}</span>
			</h2>
			{top.length === 0 && <p class="empty">None.</p>}
			<ol>
				{top.slice(0, SHORT_LIST).map((key) => {
					const frame = frames[key]!;
					const [name, place] = names.siteOf(frame);
					return (
						<li key={key}>
							<span class="number">
								<Amount value={self[key]!} figure={figure} />
							</span>
							<Share part={ratio(self[key]!, whole)} />
							<button class="plain" onClick={() => openTab("lines", { figure: figure.name, row: String(key) })}>
								<Name name={name} place={place} system={names.isSystem(frame)} />
							</button>
						</li>
					);
				})}
			</ol>
			{top.length > SHORT_LIST && <p class="muted more">{`${count(top.length - SHORT_LIST)} more call sites`}</p>}
		</section>
	);
}

const LIST_TITLES: Record<string, string> = {
	peak: "At the peak",
	leaked: "Leaked",
	allocated: "Allocated in all",
	allocations: "Most allocations",
	temporary: "Temporary",
	live: "Live at the end of the range",
	growth: "Growth over the range",
};

/* Three beside each other; the peak has a list of its own where there is a chart. */
function listedFigures(figures: Figure[], charted: boolean): Figure[] {
	const listed = figures.filter((figure) => !(charted && figure.name === "peak"));
	const lesser = listed.some((figure) => figure.name === "live") ? "live" : "allocated";
	return listed.length > 3 ? listed.filter((figure) => figure.name !== lesser) : listed;
}

export function Overview() {
	const { page, recording, range } = useView();
	const { timeline } = recording;
	const stacked = useStacked();
	const [lit, setLit] = useState(-1);
	const figures = listedFigures(recording.figures(range), stacked !== null);
	return (
		<div class="overview">
			{/(^| )(-f|--file|--module|--type|--ignore) /.test(page.narrowed ?? "") && !range && <h2>All call paths</h2>}
			<Cards />
			{timeline && stacked ? (
				<div class="when-where">
					<Chart parts={stacked.parts} timeline={timeline} height={Math.max(260, Math.min(460, innerHeight - 560))} rss={rssFits(timeline)} lit={lit} />
					<PartList {...stacked} light={setLit} />
				</div>
			) : (
				<NoTime />
			)}
			<div class="lists">
				{figures.map((figure) => (
					<ShortList key={figure.name} figure={figure} title={LIST_TITLES[figure.name] ?? figure.title} />
				))}
			</div>
		</div>
	);
}
