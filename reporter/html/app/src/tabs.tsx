/*
 * tabs.tsx - the list of tabs: what each is called, when there is one, what it shows.
 */
import type { VNode } from "preact";
import type { View } from "./context";
import { Collections, Diff, Leaks, OneSection, Processes, shown, Verdict, Warnings } from "./documents";
import { Flame } from "./flame";
import { size } from "./format";
import { FigureSwitch } from "./switches";
import { GroupTable } from "./groups";
import { Histograms } from "./histograms";
import { sectionOf } from "./model";
import type { Group } from "./names";
import { Overview } from "./overview";
import { Source } from "./source";
import { When } from "./when";

export interface Tab {
	id: string;
	title: string;
	group: string;
	there: (view: View) => boolean;
	badge?: (view: View) => string;
	whole?: boolean; /* of the whole run, whatever the range: it says so itself */
	show: () => VNode;
}

function rows(view: View, document: string, section: string): number {
	return sectionOf(view.recording.data, document, section)?.rows.length ?? 0;
}

function groupTab(id: string, title: string, group: Exclude<Group, "site">): Tab {
	return {
		id,
		title,
		group: "Where",
		there: () => true,
		show: () => (
			<div class="document">
				<div class="tools">
					<FigureSwitch />
				</div>
				<GroupTable group={group} />
			</div>
		),
	};
}

function warnings(view: View): number {
	return (view.recording.data.warnings?.length ?? 0) + (view.recording.data.cut?.nodes ? 1 : 0);
}

export const TABS: Tab[] = [
	{ id: "verdict", title: "Verdict", group: "", there: (view) => !!view.page.verdict, badge: (view) => (view.page.verdict!.sections[0]!.rows[0]![0] === "failed" ? "failed" : ""), show: () => <Verdict /> },
	{ id: "overview", title: "Overview", group: "", there: () => true, show: () => <Overview /> },
	{ id: "timeline", title: "Timeline", group: "", there: (view) => view.recording.timeline !== null, show: () => <When /> },
	{ id: "flame", title: "Flame graph", group: "", there: () => true, show: () => <Flame /> },
	groupTab("functions", "Functions", "function"),
	groupTab("lines", "Lines", "line"),
	groupTab("files", "Files", "file"),
	groupTab("modules", "Modules", "module"),
	{ id: "source", title: "Source", group: "Where", there: () => true, show: () => <Source /> },
	{ id: "leaks", title: "Leaks", group: "Blocks", there: (view) => !!view.recording.data.documents.leaks, badge: (view) => (Number(view.recording.data.totals.leaked_bytes) > 0 ? size(Number(view.recording.data.totals.leaked_bytes)) : ""), show: () => <Leaks /> },
	{ id: "temporary", title: "Temporary", group: "Blocks", there: (view) => rows(view, "temporary", "temporary") > 0, show: () => <OneSection document="temporary" name="temporary" title="Call paths whose blocks are freed at once" /> },
	{ id: "sizes", title: "Sizes, lifetimes", group: "Blocks", there: (view) => rows(view, "stats", "sizes") + rows(view, "stats", "lifetimes") > 0, show: () => <Histograms /> },
	{ id: "frees", title: "Freed where", group: "Blocks", there: (view) => rows(view, "frees", "pairs") > 0, show: () => <OneSection document="frees" name="pairs" title="Where blocks were allocated, and where they were freed" /> },
	{ id: "threads", title: "Threads", group: "Blocks", there: (view) => rows(view, "stats", "threads") > 0, show: () => <OneSection document="stats" name="threads" /> },
	{ id: "types", title: "Types", group: "Blocks", there: (view) => rows(view, "gc", "types") > 0, show: () => <OneSection document="gc" name="types" /> },
	{ id: "gc", title: "Collections", group: "Blocks", there: (view) => (view.recording.data.documents.gc?.sections ?? []).some((section) => section.name && section.name !== "types" && section.rows.length > 0 && section.layout !== "facts"), show: () => <Collections /> },
	{ id: "diff", title: "Difference", group: "Recordings", there: (view) => shown(view.page.diff).length > 0, show: () => <Diff /> },
	{ id: "processes", title: "Processes", group: "Recordings", there: (view) => shown(view.page.processes).length > 0, show: () => <Processes /> },
	{ id: "warnings", title: "Warnings", group: "Recordings", there: () => true, badge: (view) => (warnings(view) > 0 ? String(warnings(view)) : ""), show: () => <Warnings /> },
];
