"""Networks as compute shaders for the visitor's own GPU: generated here, run by the browser, judged here."""
