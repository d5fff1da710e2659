// dhat.js DH_VIEW.JS FILE - reads a file as DHAT's viewer does, by its own code, and prints the sums at its root as JSON.
'use strict';
const fs = require('fs');
const [viewer, file] = process.argv.slice(2);

const reading = `
gData = JSON.parse(fs.readFileSync(file, 'utf8'));
gSelect = { childNodes: gSelectData.map(() => ({})), selectedIndex: 0 };
buildTree();
console.log(JSON.stringify({
	allocated: [gRoot._totalBytes, gRoot._totalBlocks], peak: [gRoot._atTGmaxBytes, gRoot._atTGmaxBlocks],
	end: [gRoot._atTEndBytes, gRoot._atTEndBlocks], lifetimes: gRoot._totalLifetimes,
	off: gSelect.childNodes.filter(option => option.disabled && !/access|read|write/i.test(option.label)).map(option => option.label),
}));`;

const root = { childNodes: [], appendChild() {}, addEventListener() {} };
new Function('fs', 'file', 'document', 'window', 'performance', fs.readFileSync(viewer, 'utf8') + reading)(
	fs, file, { createElement: () => ({ ...root }), body: root, location: { search: '' } }, {}, performance);
