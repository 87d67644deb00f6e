import { Tenants1764000000001 } from './1764000000001-tenants.js';
import { Messages1764000000002 } from './1764000000002-messages.js';
import { Webhooks1764000000003 } from './1764000000003-webhooks.js';
import { ScheduledJobs1764000000004 } from './1764000000004-scheduled-jobs.js';

/** Every migration, oldest first. A new one is a new file and a line here; one that has landed is never edited. */
export const MIGRATIONS = [
  Tenants1764000000001,
  Messages1764000000002,
  Webhooks1764000000003,
  ScheduledJobs1764000000004,
];
