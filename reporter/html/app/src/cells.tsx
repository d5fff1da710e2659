/*
 * cells.tsx - how single things are shown everywhere: amounts, shares with a bar, names with their place, links.
 */
import type { ComponentChildren } from "preact";
import { useView } from "./context";
import { amount, count, share, signed } from "./format";
import type { Figure } from "./model";
import type { Names } from "./names";

/* An amount; what was rounded stands in the tooltip. */
export function Amount({ value, figure }: { value: number; figure: Pick<Figure, "bytes" | "signed"> }) {
	const text = figure.signed ? signed(value, figure.bytes) : amount(value, figure.bytes);
	if (value === 0)
		return <span class="nothing">{text}</span>;
	return <span title={figure.bytes ? `${count(value)} B` : undefined}>{text}</span>;
}

export function Share({ part }: { part: number }) {
	const width = Math.max(0, Math.min(1, Math.abs(part))) * 100;
	return (
		<span class="share">
			<span class={part < 0 ? "bar less" : "bar"} style={{ width: `${width}%` }} />
			<span>{share(part)}</span>
		</span>
	);
}

export function Name({ name, place, system, inlined }: { name: string; place?: string; system?: boolean; inlined?: boolean }) {
	return (
		<span class={system ? "name system" : "name"} title={place ? `${name}\n${place}` : name}>
			<code>{name}</code>
			{inlined && <span class="tag">inlined</span>}
			{place && <span class="place">{place}</span>}
		</span>
	);
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//;
const REFUSED = /^(javascript|data|vbscript|blob|file|about):/;

/* What opens a line in the editor, by the template that the page was made with; null: nothing does. */
export function editorLink(template: string | null | undefined, path: string, line: number): string | null {
	if (!template || !SCHEME.test(template) || REFUSED.test(template) || !path.startsWith("/"))
		return null;
	const file = path.split("/").map(encodeURIComponent).join("/");
	const link = template.replace(/^([^/]*\/\/[^/{]+\/)\{file\}/, `$1${file.slice(1)}`).replaceAll("{file}", file).replaceAll("{line}", String(Math.max(1, line)));
	return link;
}

export function EditorLink({ path, line, children, inTable }: { path: string; line: number; children?: ComponentChildren; inTable?: boolean }) {
	const { page } = useView();
	const link = editorLink(page.editor, path, line);
	if (!link)
		return <>{children ?? null}</>;
	return (
		<a class="editor" href={link} title="Open in the editor" aria-label={children ? undefined : "Open in the editor"} tabIndex={inTable ? -1 : undefined}>
			{children ?? "↗"}
		</a>
	);
}

/* A frame's function, and where it is. */
export function FrameName({ names, frame, withLine, link }: { names: Names; frame: number; withLine: boolean; link?: boolean }) {
	return (
		<>
			<Name
				name={withLine ? names.lineNameOf(frame) : names.functionOf(frame)}
				place={names.placeOf(frame, withLine)}
				system={names.isSystem(frame)}
				inlined={names.isInlined(frame)}
			/>
			{link && <EditorLink path={names.pathOf(frame)} line={names.lineOf(frame)} inTable />}
		</>
	);
}
