/*
 * groups.tsx - the tabs Functions, Lines, Files and Modules: one table, of the nodes grouped in another way.
 */
import { useMemo } from "preact/hooks";
import { Amount, FrameName, Name, Share } from "./cells";
import { useView, View } from "./context";
import { Detail } from "./detail";
import { ratio } from "./format";
import type { Figure } from "./model";
import type { Group } from "./names";
import { Column, Table } from "./table";

const TITLES: Record<Group, string> = {
	function: "Function",
	line: "Line",
	file: "Source file",
	module: "Module",
	site: "Call site",
};

/* Keys that have anything. */
function rowsOf(view: View, group: Group, figures: Figure[]): number[] {
	const { recording, range } = view;
	const { frames } = recording.keysBy(group);
	const sums = figures.map((figure) => recording.sumsBy(group, figure, range));
	const rows: number[] = [];
	for (let key = 0; key < frames.length; key++)
		if (frames[key] !== 0 && sums.some(({ self, total }) => total[key] !== 0 || self[key] !== 0))
			rows.push(key);
	return rows;
}

function amountColumn(figure: Figure, what: "self" | "total", values: (row: number) => number, lesser: boolean): Column {
	const title = what === "self" ? `${figure.title} self` : figure.title;
	return {
		key: `${figure.name}.${what}`,
		title,
		hint: what === "self" ? `${figure.title}: asked for there itself` : `${figure.title}: there and in what it calls`,
		numeric: true,
		width: Math.max(84, title.length * 7.4 + 30),
		lesser,
		value: values,
		show: (row) => <Amount value={values(row)} figure={figure} />,
	};
}

function columnsOf(view: View, group: Group, rows: number[]): Column[] {
	const { recording, range, figure } = view;
	const { names } = recording;
	const { frames } = recording.keysBy(group);
	const whole = recording.whole(figure, range);
	const sums = (one: Figure) => recording.sumsBy(group, one, range);
	const chosen = sums(figure);
	const frame = (row: number) => frames[rows[row]!]!;
	const others = recording.figures(range).filter((one) => one.name !== figure.name);
	return [
		amountColumn(figure, "total", (row) => chosen.total[rows[row]!]!, false),
		{
			key: "share",
			title: "Share",
			hint: `Of all: ${figure.title}`,
			numeric: true,
			width: 84,
			value: (row) => ratio(chosen.total[rows[row]!]!, whole),
			show: (row) => <Share part={ratio(chosen.total[rows[row]!]!, whole)} />,
		},
		amountColumn(figure, "self", (row) => chosen.self[rows[row]!]!, true),
		...others.map((one) => amountColumn(one, "total", (row) => sums(one).total[rows[row]!]!, true)),
		{
			key: "name",
			title: TITLES[group],
			numeric: false,
			width: null,
			value: (row) => `${names.nameBy(group, frame(row))}${group === "line" ? ` ${names.fileOf(frame(row))}:${names.lineOf(frame(row))}` : ""}`,
			show: (row) =>
				group === "function" || group === "line" ? (
					<FrameName names={names} frame={frame(row)} withLine={group === "line"} link />
				) : (
					<Name name={names.nameBy(group, frame(row))} />
				),
		},
	];
}

export function GroupTable({ group }: { group: Exclude<Group, "site"> }) {
	const view = useView();
	const { recording, range, figure } = view;
	const { names } = recording;
	const { frames } = recording.keysBy(group);
	const rows = useMemo(() => rowsOf(view, group, recording.figures(range)), [recording, range, group]);
	const columns = useMemo(() => columnsOf(view, group, rows), [recording, range, figure.name, group, rows]);
	return (
		<Table
			key={group}
			name={`${TITLES[group]}s`}
			columns={columns}
			rows={rows.length}
			keyOf={(row) => String(rows[row])}
			text={(row) => {
				const frame = frames[rows[row]!]!;
				const name = names.nameBy(group, frame);
				return group === "function" || group === "line" ? `${name} ${names.placeOf(frame)} ${names.moduleOf(frame)}` : name;
			}}
			sort={`-${figure.name}.total`}
			filterHint={`Filter ${TITLES[group].toLowerCase()}s`}
			detail={(row) => <Detail key={rows[row]} group={group} of={rows[row]!} />}
		/>
	);
}
