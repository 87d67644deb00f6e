/** The portfolio that every benchmark sends for. All of it is made up; none of it opens anything. */
export const BUSINESS_ID = '2729063490586005';
export const APP_ID = '634974688087057';
export const WABA_ID = '102290129340398';
export const APP_SECRET = 'bench-app-secret-0123456789abcdef';
export const ACCESS_TOKEN = 'bench-access-token';
export const API_KEY = 'bench-api-key-0123456789abcdef0123456789';

/** Ids of the numbers of the one WABA. */
export function phoneNumberIds(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(106540352240000 + i));
}

/** Another recipient for each message, so that nothing that is limited per pair gets in the way. Nobody is called. */
export function recipientOf(i: number): string {
  return `+1206${String(i % 10_000_000).padStart(7, '0')}`;
}

/** What each message says. */
export function textOf(i: number): { body: string; preview_url: boolean } {
  return { body: `Your order ${i} is on its way and will arrive between 9 and 12 tomorrow.`, preview_url: false };
}

/** What `BOOTSTRAP_FILE` holds; the numbers are read from the stub. */
export function bootstrapFile(): object {
  return {
    portfolios: [
      {
        business_id: BUSINESS_ID,
        name: 'Bench',
        api_keys: [{ name: 'bench', key: API_KEY, scopes: ['*'] }],
        apps: [{ app_id: APP_ID, app_secret: APP_SECRET, verify_token: 'bench-verify-token' }],
        wabas: [{ waba_id: WABA_ID, app_id: APP_ID, access_token: ACCESS_TOKEN }],
      },
    ],
  };
}
