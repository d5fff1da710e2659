/*
 * build.mjs - makes ../page.html of src/: one file that needs nothing else, the same bytes each time.
 *
 * The page allows its own script only, by its hash.  `mprof html` puts a title and data in place of two markers.
 */
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "../page.html");
const GREATEST_BYTES = 150 * 1024;
const TITLE = "<!--mprof-title-->";
const DATA = "<!--mprof-data-->";

/* uPlot hangs all it can draw on one object, so that no bundler sees that bars, splines and steps are not used here; and
 * what these are is known only here: our charts have no legend, no focus, no clock, no scales but even ones. */
const UNUSED = [
	[/FEAT_TIME *= true/g, "FEAT_TIME = false"],
	[/\bmode == 2\b/g, "false"],
	[/\bmode == 1\b/g, "true"],
	[/let isTime *= .*;/g, "const isTime = false;"],
	[/\bscaleX\.ori == 1\b/g, "false"],
	[/\blegend\.(show|live)\b/g, "false"],
	[/let multiValLegend = false;/g, "const multiValLegend = false;"],
	[/^\t+multiValLegend = .*;$/gm, ""],
	[/const cursorFocus = focus\.prox >= 0;/g, "const cursorFocus = false;"],
	[/\b(?:\w+\.)?distr *== *(?:2|3|4|100)\b/g, "false"],
	[/\b\w+\.distr >= 3\b/g, "false"],
];
const leanPlot = {
	name: "lean plot",
	setup(building) {
		building.onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
			let text = readFileSync(path, "utf8");
			const [from, to] = [text.indexOf("\nuPlot.assign = assign;"), text.indexOf("\nexport {")];
			let unknown = from < 0 || to < from;
			text = `${text.slice(0, from)}\nuPlot.pxRatio = pxRatio;\n${text.slice(to)}`;
			for (const [what, instead] of UNUSED) {
				unknown ||= text.search(what) < 0;
				text = text.replace(what, instead);
			}
			refuse(unknown, "uPlot is not the version that this is written for");
			return { contents: text, loader: "js" };
		});
	},
};

async function bundle(entry, options) {
	const result = await build({
		entryPoints: [join(here, "src", entry)],
		absWorkingDir: here,
		bundle: true,
		minify: true,
		write: false,
		charset: "utf8",
		legalComments: "none",
		...options,
	});
	return result.outputFiles[0].text.trim();
}

/* The licences of what is bundled, as they ask for: each text once. */
function licences() {
	const owners = new Map();
	for (const name of ["preact", "uplot"]) {
		const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8");
		const owner = /^Copyright .*$/m.exec(text)[0];
		const terms = text.slice(text.indexOf(owner) + owner.length).replace(/\s+/g, " ").trim();
		owners.set(terms, [...(owners.get(terms) ?? []), `${name}: MIT License. ${owner}`]);
	}
	return [...owners].map(([terms, names]) => `${names.join("\n")}\n${terms}`).join("\n").replaceAll("--", "- -");
}

function refuse(condition, what) {
	if (condition)
		throw new Error(`page.html: ${what}`);
}

const script = await bundle("main.tsx", {
	format: "iife",
	target: ["es2022"],
	plugins: [leanPlot],
	inject: [join(here, "src/jsx.ts")],
	tsconfigRaw: { compilerOptions: { jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
	define: { "process.env.NODE_ENV": '"production"' },
});
const style = await bundle("report.css", { loader: { ".css": "css" } });
refuse(/<\/script|<script|<!--/i.test(script), "the script has markup that would end it");
refuse(/<\//.test(style), "the style has markup that would end it");
const hash = createHash("sha256").update(script).digest("base64");
const policy = [
	"default-src 'none'",
	`script-src 'sha256-${hash}'`,
	"style-src 'unsafe-inline'",
	"img-src data:",
	"base-uri 'none'",
	"form-action 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${TITLE}</title>
<style>${style}</style>
<!-- It has parts of these.

${licences()}
-->
</head>
<body>
<div id="page"><p class="waiting">Reading the recording…</p></div>
<noscript><p class="waiting">The recording is inside this file; showing it takes JavaScript, which is switched off here.</p></noscript>
<script type="application/gzip" id="data">${DATA}</script>
<script>${script}</script>
</body>
</html>
`;
for (const marker of [TITLE, DATA])
	refuse(page.split(marker).length !== 2, `${marker} must be there once`);
const bytes = Buffer.byteLength(page);
refuse(bytes > GREATEST_BYTES, `${bytes} bytes are more than ${GREATEST_BYTES}`);
writeFileSync(output, page);
console.log(`${output}: ${bytes} bytes`);
