/*
 * when.tsx - the tab Timeline: the chart at full size, with phases, marks and collections as a table below.
 */
import { useState } from "preact/hooks";
import { Chart } from "./chart";
import { useView } from "./context";
import { SectionTable } from "./document";
import { duration, moment, size } from "./format";
import { sectionOf } from "./model";
import { NoTime, PartList, rssFits, useStacked } from "./overview";
import type { SectionData } from "./schema";

export function When() {
	const { recording } = useView();
	const { timeline } = recording;
	const stacked = useStacked();
	const [lit, setLit] = useState(-1);
	const [rss, setRss] = useState(timeline ? rssFits(timeline) : false);
	if (!timeline || !stacked)
		return <NoTime />;
	const phases = sectionOf(recording.data, "phases", "phases") ?? sectionOf(recording.data, "report", "phases");
	return (
		<div class="when">
			<div class="tools">
				{(timeline.data.rss ?? []).length > 0 && (
					<label class="check" title="Memory of the process that is in the machine's, dotted">
						<input type="checkbox" checked={rss} onChange={(event) => setRss(event.currentTarget.checked)} />
						Resident memory
					</label>
				)}
				<span class="note">
					{`${timeline.count} intervals, each with its own exact peak. Drag across the chart to look at a part of the run in every tab; a double click shows the whole run.`}
				</span>
			</div>
			<Chart parts={stacked.parts} timeline={timeline} height={440} rss={rss} lit={lit} />
			<div class="below-chart">
				<PartList {...stacked} light={setLit} />
				<Intervals />
			</div>
			{phases && phases.rows.length > 0 && <SectionTable section={phases} compact />}
		</div>
	);
}

/* The curve in figures. */
function Intervals() {
	const { recording, range } = useView();
	const timeline = recording.timeline!;
	const within = range ?? { first: 0, last: timeline.count - 1 };
	const section: SectionData = {
		name: "intervals",
		title: "Intervals",
		layout: "table",
		columns: [
			{ key: "begin", title: "From", kind: "duration" },
			{ key: "length", title: "Length", kind: "duration" },
			{ key: "peak_bytes", title: "Peak", kind: "bytes" },
			{ key: "end_bytes", title: "At its end", kind: "bytes" },
			{ key: "rss", title: "Resident", kind: "bytes" },
			{ key: "events", title: "Events", kind: "count" },
		],
		rows: [],
		note: `${moment(timeline.bounds[within.first]!, timeline.duration)} to ${moment(timeline.bounds[within.last + 1]!, timeline.duration)}, ${duration(timeline.bounds[within.last + 1]! - timeline.bounds[within.first]!)}; the greatest heap is ${size(timeline.peaks[timeline.peakIn(within)]!)}`,
	};
	for (let i = within.first; i <= within.last; i++) {
		const [length, , rss, end, peak, events] = timeline.data.intervals[i]!;
		section.rows.push([timeline.bounds[i]!, length, peak, end, rss || null, events]);
	}
	return <SectionTable key={`${within.first}-${within.last}`} section={section} compact />;
}
