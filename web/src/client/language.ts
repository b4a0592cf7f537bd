/** The pages speak English, and write numbers and dates as it does. */
export const language = 'en-US';
