/*
 * chart.tsx - the heap over time, stacked by its greatest contributors; dragging across it sets the range.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { AREA_COLOURS, palette } from "./colours";
import { useView } from "./context";
import { size, moment, share, ratio } from "./format";
import { drawOver, eventsOf, LANE_HEIGHT } from "./chart_draw";
import type { Parts } from "./parts";
import { go } from "./state";
import type { Timeline } from "./timeline";
import { Hover, Tooltip } from "./tooltip";
import { useDark, useWidth } from "./watching";

const BINARY_STEPS = Array.from({ length: 50 }, (_, i) => 2 ** i);

function axisSize(bytes: number): string {
	return size(bytes).replace(".0 ", " ");
}

/* Sums from the bottom; the highest is drawn first, and what lies below covers it. */
function stacked(parts: Parts): Float64Array[] {
	const sums: Float64Array[] = [];
	const order = [...parts.series.keys()];
	let below: Float64Array | null = null;
	for (const i of order) {
		const sum: Float64Array = parts.series[i]!.map((value, j) => Math.max(0, value) + (below ? below[j]! : 0));
		sums.push(sum);
		below = sum;
	}
	return sums.reverse();
}

function rssAt(points: [number, number][], ns: number[]): (number | null)[] {
	let next = 0;
	return ns.map((at) => {
		while (next < points.length && points[next]![0] <= at)
			next++;
		return next > 0 ? points[next - 1]![1] : null;
	});
}

export function Chart({ parts, timeline, height, rss, lit }: { parts: Parts; timeline: Timeline; height: number; rss: boolean; lit: number }) {
	const { recording, range } = useView();
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	const width = useWidth(box);
	const dark = useDark();
	const [hover, setHover] = useState<Hover<number> | null>(null);
	const events = useMemo(() => eventsOf(recording, timeline), [recording, timeline]);
	const now = useRef({ range, lit });
	now.current = { range, lit };

	useLayoutEffect(() => {
		const colours = palette();
		const data = [parts.ns.map((ns) => ns / 1e9), ...stacked(parts)] as (number[] | Float64Array)[];
		const shownRss = rss ? rssAt(timeline.data.rss ?? [], parts.ns) : null;
		if (shownRss)
			data.push(shownRss as number[]);
		const areas = parts.parts.map((_, i) => {
			const colour = AREA_COLOURS[i === parts.parts.length - 1 ? AREA_COLOURS.length - 1 : i]!;
			return { stroke: colour, fill: colour, width: 0.5, points: { show: false } };
		});
		const options: uPlot.Options = {
			width,
			height,
			legend: { show: false },
			padding: [10 + events.lanes * LANE_HEIGHT, 12, 0, 0],
			cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 4 } },
			scales: {
				x: { time: false, range: () => [0, timeline.duration / 1e9] },
				y: { range: (_plot, _least, greatest) => [0, (greatest || 1) * 1.06] },
			},
			axes: [axis(colours, 34, width), { ...axis(colours, 60, 50 * 9), incrs: BINARY_STEPS, values: (_plot, values) => values.map(axisSize) }],
			series: [
				{},
				...areas.reverse(),
				...(shownRss ? [{ stroke: colours.text, width: 1.2, dash: [2, 3], points: { show: false } }] : []),
			],
			hooks: {
				draw: [(drawn) => drawOver(drawn, { parts, timeline, events, palette: colours, resident: shownRss, ...now.current })],
				setSelect: [
					(drawn) => {
						const { left, width: wide } = drawn.select;
						if (wide < 3)
							return;
						const chosen = timeline.rangeOf(drawn.posToVal(left, "x") * 1e9, drawn.posToVal(left + wide, "x") * 1e9);
						drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
						go({ from: timeline.bounds[chosen.first]!, to: timeline.bounds[chosen.last + 1]!, zoom: "" });
					},
				],
				setCursor: [
					(drawn) => {
						const { idx, left, top } = drawn.cursor;
						const bounds = drawn.over.getBoundingClientRect();
						setHover(idx == null || left == null || left < 0 ? null : { of: idx, x: bounds.left + left, y: bounds.top + (top ?? 0) });
					},
				],
			},
		};
		const made = new uPlot(options, data as uPlot.AlignedData, box.current!);
		plot.current = made;
		return () => made.destroy();
	}, [parts, timeline, width, height, rss, dark, events]);
	useEffect(() => plot.current?.redraw(false), [range, lit]);

	return (
		<div class="chart" ref={box} style={{ height: `${height}px` }} role="img" aria-label={`Heap over time: its peak is ${size(timeline.peaks[timeline.peakIn({ first: 0, last: timeline.count - 1 })]!)}. The list beside it says what holds it.`} onDblClick={() => go({ from: null, to: null, zoom: "" })}>
			<Tooltip at={hover}>{hover && <Told parts={parts} at={hover.of} whole={timeline.duration} rss={rss ? rssAt(timeline.data.rss ?? [], [parts.ns[hover.of]!])[0]! : null} />}</Tooltip>
		</div>
	);
}

function axis(colours: ReturnType<typeof palette>, room: number, width: number): uPlot.Axis {
	return {
		stroke: colours.muted,
		font: "11px system-ui, sans-serif",
		size: room,
		space: width < 500 ? 60 : 70,
		grid: { stroke: colours.line, width: 1 },
		ticks: { stroke: colours.line, width: 1, size: 4 },
		values: (_plot, values) => values.map((value) => `${+value.toFixed(6)} s`),
	};
}

function Told({ parts, at, whole, rss }: { parts: Parts; at: number; whole: number; rss: number | null }) {
	const total = parts.heap[at]!;
	return (
		<>
			<strong>
				{size(total)} at {moment(parts.ns[at]!, whole)}
			</strong>
			<table>
				{parts.parts.map((part, i) => {
					const value = parts.series[i]![at]!;
					const colour = AREA_COLOURS[i === parts.parts.length - 1 ? AREA_COLOURS.length - 1 : i]!;
					return value > 0 ? (
						<tr>
							<td>
								<span class="swatch" style={{ background: colour }} />
							</td>
							<td class="number">{size(value)}</td>
							<td class="number">{share(ratio(value, total))}</td>
							<td>{part.name}</td>
						</tr>
					) : null;
				})}
			</table>
			{rss !== null && <span>resident: {size(rss)}</span>}
		</>
	);
}
