// Compares pictures, inside a page: browsers read PNG, and Node does not.

/**
 * How much two PNGs (buffers) of the same size differ: the count of 4×4 blocks whose mean colour differs by more than
 * `most` of 255 in some channel, and the size of both in pixels.
 *
 * Blocks, because two renderers set the same letters and edges on different fractions of pixels: within a block that
 * evens out, while a line or a bar that is not there leaves blocks of another colour behind.
 *
 * @param {import('playwright-core').Page} page any page
 */
export async function differingBlocks(page, one, other, most = 48) {
  return page.evaluate(
    async ([pictures, most]) => {
      const [one, other] = await Promise.all(
        pictures.map(async (base64) => {
          const image = new Image();
          image.src = `data:image/png;base64,${base64}`;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext('2d', { willReadFrequently: true });
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height);
        }),
      );
      const sizes = [one, other].map(({ width, height }) => `${width}×${height}`);
      if (sizes[0] !== sizes[1]) return { blocks: Infinity, sizes };
      const side = 4 * devicePixelRatio;
      let blocks = 0;
      const places = [];
      for (let top = 0; top + side <= one.height; top += side) {
        for (let left = 0; left + side <= one.width; left += side) {
          const sums = [0, 0, 0];
          for (let y = top; y < top + side; y++) {
            for (let x = left; x < left + side; x++) {
              const at = (y * one.width + x) * 4;
              for (let channel = 0; channel < 3; channel++) sums[channel] += one.data[at + channel] - other.data[at + channel];
            }
          }
          if (sums.some((sum) => Math.abs(sum) / (side * side) > most)) {
            blocks += 1;
            if (places.length < 12) places.push(`${left},${top}`);
          }
        }
      }
      return { blocks, sizes, places };
    },
    [[one, other].map((picture) => picture.toString('base64')), most],
  );
}
