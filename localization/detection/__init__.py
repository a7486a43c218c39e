"""Which language a text is in, among those served and all others; which region of it; and when nobody can say."""
