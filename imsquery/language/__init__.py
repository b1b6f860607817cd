"""The language itself: text to tokens, trees and back; it knows no parameter."""
