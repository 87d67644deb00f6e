import { body, interactive } from '../../../core/content/interactive-parts.js';
import { catalogId, productRetailerId } from '../../../core/content/products.js';
import { object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';

/** The action that shows one product: in a message of its own, and on the cards of a carousel. */
export const productAction = object({ catalog_id: catalogId, product_retailer_id: productRetailerId });

/** One product of a catalogue; it has no header, and needs no body (Cloud API, "Share products"). */
export const product = interactive('product', {
  description: 'One product of a catalogue.',
  body: optional(body()),
  action: productAction,
});
