"""What a listing, a review, a parcel means: pure functions, event and state in, outputs and new state out."""
