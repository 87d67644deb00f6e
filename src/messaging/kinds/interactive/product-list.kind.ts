import { header, interactive } from '../../../core/content/interactive-parts.js';
import { catalogId, productSections } from '../../../core/content/products.js';
import { object } from '../../../core/shape/object-shape.js';

/** Up to thirty products of a catalogue in sections, under a header that is needed (Cloud API, "Share products"). */
export const productList = interactive('product_list', {
  description: 'Up to thirty products of a catalogue in sections.',
  header: header('text'),
  action: object({ catalog_id: catalogId, sections: productSections }),
});
