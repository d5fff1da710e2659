/*
 * histograms.tsx - the tab Sizes: how large blocks are, and how long they live, as bars with their figures.
 */
import { useState } from "preact/hooks";
import { useView } from "./context";
import { OfWholeRun } from "./documents";
import { amount, count, duration, ratio, share, size, visible } from "./format";
import { sectionOf } from "./model";
import type { SectionData } from "./schema";
import { Switch, Option } from "./switches";

interface Bar {
	from: number;
	to: number;
	value: number;
}

function column(section: SectionData, key: string): number {
	return section.columns.findIndex((one) => one.key === key);
}

/* One bar for each class; rows of a class are summed. */
function barsOf(section: SectionData, from: string, to: string, value: string): Bar[] {
	const [a, b, v] = [column(section, from), column(section, to), column(section, value)];
	const bars = new Map<number, Bar>();
	for (const row of section.rows) {
		const bar = bars.get(Number(row[a])) ?? { from: Number(row[a]), to: Number(row[b]), value: 0 };
		bar.value += Number(row[v] ?? 0);
		bars.set(bar.from, bar);
	}
	return [...bars.values()].sort((x, y) => x.from - y.from);
}

function Bars({ title, bars, name, bytes }: { title: string; bars: Bar[]; name: (bar: Bar) => string; bytes: boolean }) {
	const greatest = Math.max(...bars.map((bar) => bar.value), 1);
	const whole = bars.reduce((sum, bar) => sum + bar.value, 0);
	return (
		<table class="bars" aria-label={title}>
			<tbody>
				{bars.map((bar) => (
					<tr>
						<th scope="row">{name(bar)}</th>
						<td class="number">{amount(bar.value, bytes)}</td>
						<td class="number muted">{share(ratio(bar.value, whole))}</td>
						<td class="bar-cell">
							<span class="bar" style={{ width: `${(bar.value / greatest) * 100}%` }} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

const SIZE_FIGURES: [key: string, title: string, bytes: boolean][] = [
	["blocks", "Blocks", false],
	["bytes", "Bytes", true],
	["peak_bytes", "At the peak", true],
	["live_bytes", "Not freed", true],
	["temporary", "Temporary", false],
];

function Sizes({ section }: { section: SectionData }) {
	const known = SIZE_FIGURES.filter(([key]) => column(section, key) >= 0);
	const [chosen, choose] = useState("bytes");
	const figure = known.find(([key]) => key === chosen) ?? known[0];
	if (!figure)
		return null;
	return (
		<section class="histogram">
			<h2>Blocks by size</h2>
			<Switch label="What of sizes" options={known.map(([key, title]): Option => [key, title])} value={figure[0]} choose={choose} />
			{section.note && <p class="note">{visible(section.note)}</p>}
			<Bars title="Blocks by size" bars={barsOf(section, "from_bytes", "up_to_bytes", figure[0])} name={(bar) => (bar.to > bar.from ? `${size(bar.from)} – ${size(bar.to)}` : size(bar.from))} bytes={figure[2]} />
		</section>
	);
}

function Lifetimes({ section }: { section: SectionData }) {
	const [clock, setClock] = useState("ns");
	const byTime = clock === "ns";
	const bars = byTime ? barsOf(section, "from_ns", "up_to_ns", "blocks") : barsOf(section, "from_allocations", "up_to_allocations", "blocks");
	return (
		<section class="histogram">
			<h2>Blocks by how long they lived</h2>
			<Switch
				label="Measured in"
				options={[
					["ns", "Time"],
					["allocations", "Allocations", "How many blocks were asked for meanwhile: the same in every run"],
				]}
				value={clock}
				choose={setClock}
			/>
			<p class="note">{byTime ? "Blocks that were freed, by the time until then." : "Blocks that were freed, by how many were asked for until then."}</p>
			<Bars
				title="Blocks by how long they lived"
				bars={bars}
				name={byTime ? (bar) => (bar.to > 1e18 ? `from ${duration(bar.from)}` : `under ${duration(bar.to + 1)}`) : (bar) => (bar.to > 1e18 ? `from ${count(bar.from)}` : bar.to > bar.from ? `${count(bar.from)} – ${count(bar.to)}` : count(bar.from))}
				bytes={false}
			/>
		</section>
	);
}

export function Histograms() {
	const { recording } = useView();
	const sizes = sectionOf(recording.data, "stats", "sizes");
	const lifetimes = sectionOf(recording.data, "stats", "lifetimes");
	return (
		<>
			<OfWholeRun />
			<div class="pair histograms">
				{sizes && sizes.rows.length > 0 && <Sizes section={sizes} />}
				{lifetimes && lifetimes.rows.length > 0 && <Lifetimes section={lifetimes} />}
			</div>
		</>
	);
}
