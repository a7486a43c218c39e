"""A parcel: what a carrier's code means, and the words, places and times that its addressee reads."""
