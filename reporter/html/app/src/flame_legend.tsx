/*
 * flame_legend.tsx - what the colours of the flame graph stand for: modules or files, by letter and name.
 */
import { boxColour, isDark, letterOf } from "./colours";
import { lastPart, ratio, share } from "./format";
import type { Figure, Recording } from "./model";
import { go, currentState } from "./state";
import type { Range } from "./timeline";

const LISTED = 10;

export interface FlameLegend {
	groupOf: (frame: number) => number; /* by rank; -1: none */
	names: string[]; /* the first LISTED */
	shares: number[]; /* that it asked for itself */
	pale: boolean[]; /* the system's */
	groups: number;
}

export function legendOf(recording: Recording, figure: Figure, range: Range | null, colour: string): FlameLegend {
	const { names } = recording;
	const by = colour === "file" ? "file" : "module";
	const keys = names.keysBy(by);
	const { self, total } = recording.sumsBy(by, figure, range);
	const whole = recording.whole(figure, range);
	const ranked = keys.frames.map((_, key) => key).sort((a, b) => self[b]! - self[a]! || total[b]! - total[a]! || a - b);
	const shown = ranked.filter((key) => keys.frames[key] !== 0 && total[key] !== 0);
	const rank = new Int32Array(keys.frames.length).fill(-1);
	shown.forEach((key, i) => (rank[key] = i));
	return {
		groupOf: (frame) => (frame === 0 ? -1 : rank[keys.of[frame]!]!),
		names: shown.slice(0, LISTED).map((key) => names.nameBy(by, keys.frames[key]!)),
		shares: shown.slice(0, LISTED).map((key) => ratio(self[key]!, whole)),
		groups: shown.length,
		pale: shown.slice(0, LISTED).map((key) => names.isSystem(keys.frames[key]!)),
	};
}

export function Legend({ legend, lit, light, figure }: { legend: FlameLegend; lit: number; light: (group: number) => void; figure: Figure }) {
	const dark = isDark();
	return (
		<div class="legend" role="group" aria-label="Colours">
			<label>
				Colour by{" "}
				<select value={currentState().colour} onChange={(event) => go({ colour: event.currentTarget.value })}>
					<option value="module">module</option>
					<option value="file">source file</option>
				</select>
			</label>
			{legend.names.map((name, i) => (
				<button
					class="chip"
					aria-pressed={lit === i}
					title={`${name}\n${share(legend.shares[i]!)} of ${figure.title} asked for there`}
					onPointerEnter={() => light(i)}
					onPointerLeave={() => light(-1)}
					onFocus={(event) => event.currentTarget.matches(":focus-visible") && light(i)}
					onBlur={() => light(-1)}
					onClick={() => light(lit === i ? -1 : i)}
				>
					<span class="swatch" style={{ background: boxColour(i, 8, legend.pale[i]!, dark) }}>
						{letterOf(i)}
					</span>
					{lastPart(name)} <span class="muted">{share(legend.shares[i]!)}</span>
				</button>
			))}
			{legend.groups > LISTED && <span class="muted">and {legend.groups - LISTED} more</span>}
		</div>
	);
}
