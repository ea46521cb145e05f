import { registerHooks } from "node:module";

// Preloaded into a process that must do without these: whoever asks for one ends it.
const FORBIDDEN = /^(onnxruntime-node|onnxruntime-common|sharp)(\/|$)/;
registerHooks({
  resolve(specifier, context, next) {
    if (FORBIDDEN.test(specifier)) throw new Error(`the core asks for ${specifier}`);
    return next(specifier, context);
  },
});
