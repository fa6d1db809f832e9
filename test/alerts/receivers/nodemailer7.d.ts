/** The lowest version that is supported: it brings no types. */
declare module 'nodemailer7' {
  const nodemailer: { readonly createTransport: unknown }
  export default nodemailer
}
