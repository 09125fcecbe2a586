// Fetches the chunks of a page. The site builder writes the pages' loaders below.
import { initSync } from "./MAIN";

const loading = new Map();

// A chunk works on the main module's memory and table. Each is started once: it writes its data into that memory.
function load(file) {
  let chunk = loading.get(file);
  if (!chunk) {
    const answer = fetch(new URL(file, import.meta.url));
    chunk = WebAssembly.instantiateStreaming(answer, { __wasm_split: initSync() });
    loading.set(file, chunk);
    // Another call tries again.
    chunk.catch(() => loading.delete(file));
  }
  return chunk;
}

// What the main module calls: it hands over a function of the table, and its data, to hear whether all went well.
const loader = (files) => async (callback, data) => {
  let isThere = true;
  try {
    await Promise.all(files.map(load));
  } catch (error) {
    console.error(error);
    isThere = false;
  }
  initSync().__indirect_function_table.get(callback)(data, isThere);
};
