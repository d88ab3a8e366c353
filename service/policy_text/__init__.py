"""Reading official Chinese: sections of chains, clauses and their verbs, items of enumerations, enterprises."""
