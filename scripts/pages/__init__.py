"""The pages of docs/reference that are written from the code: one module per page, each with `page()`."""
