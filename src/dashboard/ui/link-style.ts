/** A link that looks like a button, beside buttons. */
export const LINK_BUTTON =
  'inline-flex h-8 items-center rounded-lg border border-line bg-panel px-2.5 text-[0.8125rem] font-medium hover:border-line-strong hover:bg-raised'
