import { header, interactive } from '../../../core/content/interactive-parts.js';
import { productRetailerId } from '../../../core/content/products.js';
import { object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { oneOf } from '../../../core/shape/text-shape.js';

/** A button that opens the whole catalogue (Cloud API, "Share products"). */
export const catalogMessage = interactive('catalog_message', {
  description: 'A button that opens the whole catalogue.',
  header: optional(header()),
  action: object({
    name: oneOf(['catalog_message']),
    parameters: optional(object({ thumbnail_product_retailer_id: optional(productRetailerId) })),
  }),
});
