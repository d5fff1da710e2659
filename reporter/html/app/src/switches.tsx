/* switches.tsx - one of a few: which figure, which direction. */
import { useView } from "./context";
import { go } from "./state";

export type Option = [value: string, title: string, hint?: string];

export function Switch({ label, options, value, choose }: { label: string; options: Option[]; value: string; choose: (value: string) => void }) {
	return (
		<span class="switch" role="group" aria-label={label}>
			{options.map(([one, title, hint]) => (
				<button aria-pressed={one === value} title={hint} onClick={() => choose(one)}>
					{title}
				</button>
			))}
		</span>
	);
}

const HINTS: Record<string, string> = {
	peak: "What was live when the heap was greatest",
	leaked: "What was never freed",
	allocated: "All that was asked for, freed or not",
	allocations: "How often memory was asked for",
	temporary: "Blocks freed before the next was asked for",
	live: "What is live at the end of the range",
	growth: "What the range added, less what it freed",
};

/* Of the whole run, or of the range. */
export function FigureSwitch({ whole = false }) {
	const view = useView();
	const { recording } = view;
	const range = whole ? null : view.range;
	return (
		<Switch
			label="Figure"
			options={recording.figures(range).map((one): Option => [one.name, one.title, HINTS[one.name]])}
			value={recording.figure(view.place.figure, range).name}
			choose={(name) => go({ figure: name, zoom: "" })}
		/>
	);
}
