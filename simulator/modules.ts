import { accessModule } from './access/access.module.js';
import { analyticsModule } from './analytics/analytics.module.js';
import { assetsModule } from './assets/assets.module.js';
import { controlModule } from './control/control.module.js';
import { historyModule } from './history/history.module.js';
import { limitsModule } from './limits/limits.module.js';
import { mediaModule } from './media/media.module.js';
import { sendsModule } from './sends/sends.module.js';
import { templatesModule } from './templates/templates.module.js';
import { usersModule } from './users/users.module.js';
import type { Module } from './world.js';

/** What the platform consists of. A later module may replace a policy that an earlier one has put. */
export const MODULES: readonly Module[] = [
  accessModule,
  limitsModule,
  assetsModule,
  mediaModule,
  templatesModule,
  sendsModule,
  usersModule,
  historyModule,
  analyticsModule,
  controlModule,
];
