"""Reading official Chinese: sections, clauses with their verbs, items, enterprises."""
