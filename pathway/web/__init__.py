"""The screens: one module and one folder of templates for each audience, over one shell and one set of macros."""
