/*
 * detail.tsx - what is known of one function, line, file or module: its figures, who calls it, what it calls.
 */
import { useMemo } from "preact/hooks";
import { Branches } from "./branches";
import { Amount, EditorLink, editorLink, Name } from "./cells";
import { useView } from "./context";
import { ratio, share } from "./format";
import type { Recording } from "./model";
import type { Group } from "./names";
import { linkTo } from "./state";
import { TreeTable } from "./treetable";

/* Its nodes, without those that are below another of it: their totals are in that one's. */
function outermost(recording: Recording, group: Exclude<Group, "site">, key: number, totals: Float64Array): Int32Array {
	const { tree } = recording;
	const { of } = recording.names.keysBy(group);
	const nodes: number[] = [];
	let end = 0;
	for (let i = 0; i < tree.count; i++)
		if (i >= end && of[tree.frame[i]!] === key) {
			end = tree.end[i]!;
			if (totals[i]! > 0)
				nodes.push(i);
		}
	return Int32Array.from(nodes);
}

export function Detail({ group, of }: { group: Exclude<Group, "site">; of: number }) {
	const { page, recording, range, figure, place } = useView();
	const { names, tree } = recording;
	const frame = recording.keysBy(group).frames[of]!;
	const [callers, callees] = useMemo(() => {
		const totals = recording.totals(figure, range);
		const roots = outermost(recording, group, of, totals);
		const keys = names.keysBy("function");
		const grow = (direction: "callers" | "callees") =>
			new Branches(tree, keys.of, keys.frames.length, totals, direction, roots);
		return [grow("callers"), grow("callees")];
	}, [recording, range, figure.name, group, of]);
	const path = names.pathOf(frame);
	const line = group === "file" ? 1 : names.lineOf(frame);
	const isPlace = group === "function" || group === "line";
	return (
		<>
			<header class="detail-head">
				<Name name={names.nameBy(group, frame)} inlined={isPlace && names.isInlined(frame)} />
				{isPlace && <span class="muted where">{[names.placeOf(frame, true), names.moduleOf(frame)].filter(Boolean).join(" · ")}</span>}
				{group !== "module" && editorLink(page.editor, path, line) && (
					<EditorLink path={path} line={line}>
						Open in the editor
					</EditorLink>
				)}
				{isPlace && <a href={linkTo({ tab: "flame", search: names.functionOf(frame), zoom: "", row: "", filter: "", sort: "" })}>Find in the flame graph</a>}
				<a href={linkTo({})} title={`Link to this row in tab ${place.tab}`}>
					Link to this row
				</a>
			</header>
			<dl class="facts">
				{recording.figures(range).map((one) => {
					const sums = recording.sumsBy(group, one, range);
					const whole = recording.whole(one, range);
					return (
						<div>
							<dt>{one.title}</dt>
							<dd>
								<Amount value={sums.total[of]!} figure={one} /> <span class="muted">{share(ratio(sums.total[of]!, whole))}</span>
							</dd>
							<dd class="muted">
								self <Amount value={sums.self[of]!} figure={one} />
							</dd>
						</div>
					);
				})}
			</dl>
			<div class="pair">
				<TreeTable branches={callers} name="Callers" />
				<TreeTable branches={callees} name="Callees" />
			</div>
		</>
	);
}
