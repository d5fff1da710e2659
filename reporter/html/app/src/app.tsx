/*
 * app.tsx - the page: head, tabs, range, and the tab in view.
 */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useView, View, ViewContext } from "./context";
import { date, duration, lastPart, size, visible } from "./format";
import { Recording } from "./model";
import { RangeBar } from "./range_bar";
import type { PageData } from "./schema";
import { go, openTab, State, usePlace } from "./state";
import { Strip } from "./strip";
import { Tab, TABS } from "./tabs";
import type { Range } from "./timeline";
import { useDark } from "./watching";

function Head() {
	const { recording, page, place } = useView();
	const { head } = recording.data;
	const command = ((head.command as string[] | undefined) ?? []).map((word) => (/^[\w./:=+,@%-]+$/.test(word) ? word : `'${word}'`)).join(" ");
	const facts = [
		head.pid ? `process ${head.pid}` : "",
		date(Number(head.started_realtime_ns ?? 0)),
		`ran ${duration(Number(head.duration_ns ?? 0))}`,
		head.complete === false ? "incomplete" : "",
		Number(head.sample_bytes) > 0 ? "sampled: figures are estimates" : "",
	].filter(Boolean);
	return (
		<header class="head">
			<h1>
				<code title={visible(command)}>{visible(command) || lastPart(recording.data.name)}</code>
			</h1>
			<span class="muted facts-line">{facts.join(" · ")}</span>
			{page.narrowed && <strong class="narrowed" title="All but what is said to be the whole program's is of these alone, and so is the peak of their curve">Only {visible(page.narrowed)}</strong>}
			<span class="room" />
			{page.recordings.length > 1 && (
				<label class="recordings">
					Recording{" "}
					<select value={place.recording} onChange={(event) => go({ recording: Number(event.currentTarget.value), from: null, to: null, zoom: "", row: "", file: "" })}>
						{page.recordings.map((one, i) => (
							<option value={i}>{`${visible(one.name)}, ${size(Number(one.totals.peak_bytes ?? 0))}`}</option>
						))}
					</select>
				</label>
			)}
			<span class="muted made" title={`Made by mprof ${page.mprof}`}>
				mprof {page.mprof}
			</span>
		</header>
	);
}

function Tabs({ tabs, current }: { tabs: Tab[]; current: Tab }) {
	const view = useView();
	const list = useRef<HTMLDivElement>(null);
	const keys = (event: KeyboardEvent) => {
		const at = tabs.indexOf(current);
		const next: Record<string, number> = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
		const to = next[event.key];
		if (to === undefined)
			return;
		const tab = tabs[(to + tabs.length) % tabs.length]!;
		openTab(tab.id);
		(list.current?.querySelector(`#tab-${tab.id}`) as HTMLElement | null)?.focus();
		event.preventDefault();
	};
	useEffect(() => {
		const selected = list.current?.querySelector('[aria-selected="true"]') as HTMLElement | null;
		if (selected && list.current && list.current.scrollWidth > list.current.clientWidth)
			list.current.scrollLeft = selected.offsetLeft - 60;
	}, [current.id]);
	return (
		<nav class="tabs" aria-label="Views">
			<div role="tablist" aria-label="Views" ref={list} onKeyDown={keys}>
				{tabs.map((tab, i) => {
					const badge = tab.badge?.(view);
					const first = i > 0 && tab.group !== tabs[i - 1]!.group;
					return (
						<button
							role="tab"
							id={`tab-${tab.id}`}
							class={first ? "begins" : undefined}
							aria-selected={tab === current}
							aria-controls="panel"
							tabIndex={tab === current ? 0 : -1}
							onClick={() => openTab(tab.id)}
						>
							{tab.title}
							{badge && <span class={tab.id === "warnings" ? "badge warn" : "badge"}>{badge}</span>}
						</button>
					);
				})}
			</div>
		</nav>
	);
}

/* The range in view; the same object as long as it is the same range. */
function useRange(recording: Recording, place: State): Range | null {
	const { timeline } = recording;
	const chosen = timeline && place.from !== null && place.to !== null ? timeline.rangeOf(place.from, place.to) : null;
	const first = chosen && !timeline!.isWhole(chosen) ? chosen.first : -1;
	const last = chosen?.last ?? -1;
	return useMemo(() => (first < 0 ? null : { first, last }), [recording, first, last]);
}

/* A recording is prepared when it is first looked at. */
function useRecording(page: PageData, index: number): Recording {
	const made = useRef(new Map<number, Recording>());
	let recording = made.current.get(index);
	if (!recording) {
		recording = new Recording(page.recordings[index]!, page.strings);
		made.current.set(index, recording);
	}
	return recording;
}

export function App({ page }: { page: PageData }) {
	const place = usePlace();
	useDark();
	const recording = useRecording(page, page.recordings[place.recording] ? place.recording : 0);
	const range = useRange(recording, place);
	const view: View = { page, recording, place, range, figure: recording.figure(place.figure, range) };
	const tabs = useMemo(() => TABS.filter((tab) => tab.there(view)), [recording]);
	const usual = page.verdict ? "verdict" : page.diff ? "diff" : page.processes ? "processes" : "overview";
	const tab = tabs.find((one) => one.id === place.tab) ?? tabs.find((one) => one.id === usual) ?? tabs[0]!;
	return (
		<ViewContext.Provider value={view}>
			<Head />
			<section class="when-bar" aria-label="Range of the run">
				<Strip />
				<RangeBar />
			</section>
			<main class="body">
				<Tabs tabs={tabs} current={tab} />
				<div id="panel" role="tabpanel" aria-labelledby={`tab-${tab.id}`} tabIndex={-1} key={`${tab.id} ${place.recording}`} class={`panel ${tab.id}`}>
					{tab.show()}
				</div>
			</main>
		</ViewContext.Provider>
	);
}
