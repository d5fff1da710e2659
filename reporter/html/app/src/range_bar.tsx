/*
 * range_bar.tsx - the part of the run that every tab is of: shown, typed, taken from a phase, reset.
 */
import { useEffect, useState } from "preact/hooks";
import { useView } from "./context";
import { moment } from "./format";
import { go } from "./state";
import type { Timeline } from "./timeline";

/* Whether it is visibly another one than was asked for. */
function setRange(timeline: Timeline, from: number, to: number): boolean {
	const range = timeline.rangeOf(from, to);
	const [begin, end] = [timeline.bounds[range.first]!, timeline.bounds[range.last + 1]!];
	if (timeline.isWhole(range))
		go({ from: null, to: null, zoom: "" });
	else
		go({ from: begin, to: end, zoom: "" });
	return Math.abs(begin - from) + Math.abs(end - to) > timeline.duration / 200;
}

function Seconds({ label, ns, set, timeline }: { label: string; ns: number; set: (ns: number) => void; timeline: Timeline }) {
	const shown = moment(ns, timeline.duration).replace(" s", "");
	const [text, setText] = useState(shown);
	useEffect(() => setText(shown), [shown]);
	const done = () => {
		const seconds = Number(text.replace(",", "."));
		if (text.trim() !== "" && Number.isFinite(seconds))
			set(seconds * 1e9);
		setText(shown);
	};
	return (
		<label>
			{label}
			<input
				class="seconds"
				inputMode="decimal"
				value={text}
				aria-label={`${label}, seconds`}
				onInput={(event) => setText(event.currentTarget.value)}
				onBlur={done}
				onKeyDown={(event) => event.key === "Enter" && done()}
			/>
		</label>
	);
}

export function RangeBar() {
	const { recording, range } = useView();
	const { timeline } = recording;
	const [moved, setMoved] = useState(false);
	if (!timeline)
		return null;
	const from = range ? timeline.bounds[range.first]! : 0;
	const to = range ? timeline.bounds[range.last + 1]! : timeline.duration;
	const phases = timeline.data.phases ?? [];
	return (
		<div class={range ? "range set" : "range"}>
			<Seconds label="From" ns={from} timeline={timeline} set={(ns) => setMoved(setRange(timeline, ns, to))} />
			<Seconds label="to" ns={to} timeline={timeline} set={(ns) => setMoved(setRange(timeline, from, ns))} />
			<span class="muted">{range && moved ? "s, the nearest that is known" : "s"}</span>
			{phases.length > 0 && (
				<select
					aria-label="Range of a phase"
					value=""
					onChange={(event) => {
						const phase = phases[Number(event.currentTarget.value)];
						if (phase)
							setMoved(setRange(timeline, phase.begin_ns, phase.end_ns));
						event.currentTarget.value = "";
					}}
				>
					<option value="">Phase…</option>
					{phases.slice(0, 200).map((phase, i) => (
						<option value={i}>{recording.names.text(phase.name)}</option>
					))}
				</select>
			)}
			{range ? (
				<button onClick={() => go({ from: null, to: null, zoom: "" })}>
					Whole run
				</button>
			) : (
				<span class="muted hint">the whole run; drag across a curve for a part</span>
			)}
		</div>
	);
}
