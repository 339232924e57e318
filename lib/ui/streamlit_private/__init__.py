"""All that this app uses of Streamlit without its documentation, each beside a public way.

Streamlit may rename or drop these names in any release. They are looked up when this module is
imported: where one is missing or takes other arguments, the log says so once, and the public way is
taken, which does the same with less speed or polish. With `UNROLLED_PUBLIC=1` in the environment it
is taken everywhere. No other module has such names; a test walks the source for them.

The names are those of Streamlit 1.67.

`names` looks them up, `script` has what the running script needs, `others` what concerns other
sessions, `server` what is set up when the server starts.
"""
