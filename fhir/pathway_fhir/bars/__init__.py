"""Messages of the Booking and Referral Standard (BaRS) that come in: a referral, its update, its end, and answers to ours."""
