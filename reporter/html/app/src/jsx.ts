/* jsx.ts - what JSX becomes in the bundle: the classic functions take fewer bytes than the automatic ones. */
export { Fragment, h } from "preact";
