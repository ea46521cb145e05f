/**
 * The content security policy under which the console runs, for whoever serves it.
 *
 * Scripts come from files of the same origin only, and nothing at all comes from elsewhere. Styles may be inline: the
 * component library writes its style sheet while the page runs.
 */
export const CONSOLE_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
