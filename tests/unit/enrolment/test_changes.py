from mains.enrolment.rules.changes import Change, Piece, compared

SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED


def test_what_was_reworded_is_removed_and_added_where_it_stood():
    assert compared("One.\n\nTwo.\n\nThree.", "One.\n\nTwo and a half.\n\nThree.\n\nFour.") == [
        Piece(SAME, "One."),
        Piece(REMOVED, "Two."),
        Piece(ADDED, "Two and a half."),
        Piece(SAME, "Three."),
        Piece(ADDED, "Four."),
    ]


def test_blanks_and_line_ends_are_no_change():
    assert compared("One.\r\n\r\n\r\n\r\nTwo. ", " One.\n\nTwo.") == [
        Piece(SAME, "One."),
        Piece(SAME, "Two."),
    ]


def test_everything_is_new_where_there_was_nothing():
    assert compared("", "One.") == [Piece(ADDED, "One.")]
