// @ts-check

import { fetched } from "../fetched.js";

export const explainerModule = () => fetched(new URL("./explainer.wasm", import.meta.url));
