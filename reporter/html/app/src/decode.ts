/*
 * decode.ts - from the text in the page to data: base64, gzip, JSON, and whether this page can read it.
 */
import { PageData, SCHEMA } from "./schema";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
	const text = atob(base64);
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++)
		bytes[i] = text.charCodeAt(i);
	return bytes;
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
	if (typeof DecompressionStream === "undefined")
		throw new Error("This browser cannot unpack gzip. Firefox 113, Chrome 80 or Safari 16.4 and later can.");
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
	return new Response(stream).text();
}

function check(data: PageData): PageData {
	if (typeof data !== "object" || data === null || typeof data.schema !== "number")
		throw new Error("What the page holds is not a recording of mprof.");
	if (data.schema !== SCHEMA)
		throw new Error(
			`The recording is written in schema ${data.schema}; this page reads ${SCHEMA}. ` +
				"Make the page anew with the mprof that recorded it.",
		);
	if (!Array.isArray(data.recordings) || data.recordings.length === 0)
		throw new Error("The page holds no recording.");
	return data;
}

/* Reads the data of an element.  Throws an Error that says in words what is wrong. */
export async function decode(text: string): Promise<PageData> {
	const base64 = text.replace(/\s+/g, "");
	if (base64 === "" || base64.startsWith("<"))
		throw new Error("This is the empty page. `mprof html` fills it with a recording.");
	let json: string;
	try {
		json = await unpack(bytesOf(base64));
	} catch (error) {
		throw new Error(`The page's data is damaged, or the file is incomplete: ${(error as Error).message}`);
	}
	return check(JSON.parse(json) as PageData);
}
