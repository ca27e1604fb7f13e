"""Names as one meets them in an English county today: mostly British, and from the many places families come from.

Drawn first name and family name from the same heritage, so that no list is a joke. `language` is what the family would
rather be written to in, where that is not English.
"""

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Heritage:
    """First names by sex, family names, how many families of a hundred, and the language some of them prefer."""

    share: int
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    families: tuple[str, ...]
    language: str = "en"
    prefers_it: float = 0.0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HERITAGES: Final = (
    Heritage(
        72,
        _words(
            "Amelia Olivia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sienna Poppy "
            "Elsie Emily Ella Evelyn Phoebe Evie Charlotte Millie Maisie Harriet Matilda Eliza Erin Orla Bethan Martha "
            "Penelope Chloe Jessica Ruby Alice Eleanor Imogen Lottie Robyn Nancy Edith Mabel Thea Darcie Hallie Niamh "
            "Megan Seren Heidi Beatrice Tilly Summer Hollie Amber Lucy Molly Zara Lola Bonnie Aurora Violet Esme"
        ),
        _words(
            "Oliver George Arthur Noah Leo Oscar Theo Archie Harry Jack Henry Alfie Freddie Charlie Thomas Finley Logan "
            "Lucas Isaac Teddy Edward Jacob Alexander Max Rory Toby Reuben Albie Louie Jude Ronnie Elijah Hugo Sonny "
            "Ezra Harrison Joshua William James Ralph Frankie Reggie Rowan Callum Rhys Dylan Owen Samuel Daniel Joseph "
            "Benjamin Ethan Mason Riley Jasper Felix Ellis Stanley Tommy Bobby Caleb Luca Kit Angus Ewan Gethin"
        ),
        _words(
            "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts "
            "Green Hall Wood Jackson Clarke Harris Lewis Martin Cooper King Turner Hill Ward Moore Baker Harrison Morris "
            "Allen Parker Cook Bennett Shaw Price Kelly Murphy Richardson Collins Marshall Bell Carter Phillips Webb "
            "Rogers Ellis Hughes Foster Gibson Pearce Hawkins Palmer Chapman Fletcher Knight Barnes Dixon Holmes Mills "
            "Lawrence Matthews Jenkins Barker Stevens Reynolds Fisher Grant Rowe Stone Tucker Bolt Yeo Luscombe Tremlett "
            "Widdicombe Northcott Braund Endacott Heard Huxtable Pascoe Penrose Trevithick Burrow Westcott Chugg Gale "
            "Squire Prowse Hannaford Kerslake Badcock Ridd Snell Cann Coombe Vanstone Pester Bidgood Loosemore Ashford"
        ),
    ),
    Heritage(
        6,
        _words(
            "Zofia Julia Maja Hanna Lena Alicja Oliwia Pola Amelia Antonina Zuzanna Wiktoria Nadia Kinga Iga"
        ),
        _words(
            "Jakub Antoni Szymon Filip Jan Aleksander Kacper Mikołaj Franciszek Wojciech Oskar Nikodem Igor Dawid"
        ),
        _words(
            "Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski "
            "Mazur Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Wróbel Jabłoński"
        ),
        "pl",
        0.35,
    ),
    Heritage(
        5,
        _words(
            "Aisha Fatima Maryam Zainab Hafsa Inaya Amina Khadija Ayesha Noor Iqra Safa Sumaiya Anaya Mahnoor"
        ),
        _words(
            "Muhammad Ibrahim Yusuf Zayn Ayaan Ali Hamza Bilal Umar Haris Zakariya Idris Musa Rayyan Danyal"
        ),
        _words(
            "Khan Ahmed Hussain Malik Akhtar Mahmood Iqbal Shah Mirza Butt Chaudhry Qureshi Siddiqui Raja Aslam Bashir"
        ),
        "ur",
        0.2,
    ),
    Heritage(
        4,
        _words("Anaya Diya Saanvi Aadhya Kavya Riya Anika Priya Meera Jasleen Simran Harleen Ishani"),
        _words("Arjun Aarav Vihaan Rohan Dev Kabir Ishaan Krish Veer Harjit Gurdeep Nikhil Jovan"),
        _words("Patel Singh Kaur Sharma Shah Gill Desai Mistry Reddy Nair Menon Sandhu Dhillon Joshi Rao"),
    ),
    Heritage(
        3,
        _words("Andreea Maria Ioana Elena Sofia Daria Alexandra Ilinca Miruna Bianca"),
        _words("Andrei Matei David Ștefan Luca Rareș Gabriel Vlad Mihai Alin"),
        _words("Popescu Ionescu Popa Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Marin"),
        "ro",
        0.35,
    ),
    Heritage(
        3,
        _words(
            "Adaeze Chidinma Ayomide Temilola Ama Akosua Esi Zuri Imani Folasade Naledi Tiwa Blessing Grace"
        ),
        _words("Chidi Emeka Tobi Ayo Kwame Kofi Kwabena Tunde Ifeanyi Malachi Elijah Josiah Tendai Segun"),
        _words(
            "Okafor Adeyemi Mensah Boateng Osei Owusu Eze Balogun Adebayo Nwosu Asante Moyo Ncube Afolabi"
        ),
    ),
    Heritage(
        2,
        _words("Layla Yasmin Salma Huda Rania Dalia Sara Nour Mariam Jana"),
        _words("Omar Karim Adam Tariq Sami Yusuf Khalid Hassan Anas Zaid"),
        _words("Hassan Ibrahim Abdi Haddad Mansour Nasser Saleh Aziz Mohamed Khoury"),
        "ar",
        0.3,
    ),
    Heritage(
        2,
        _words("Mei Jia Xinyi Yuna Hana Linh Thao Anh Mai Chloe Sophie"),
        _words("Jun Wei Kai Minh Long Haruki Jayden Ethan Hao Tuan"),
        _words("Chen Wong Li Nguyen Tran Zhang Lam Cheung Kim Park Le"),
    ),
    Heritage(
        2,
        _words("Larissa Beatriz Inês Carlota Matilde Lucía Valentina Camila"),
        _words("Tiago Duarte Mateo Santiago Gonçalo Rafael Thiago Diego"),
        _words("Silva Santos Ferreira Pereira Costa García Martínez Rodrigues Fernandes"),
        "pt",
        0.3,
    ),
    Heritage(
        1,
        _words("Sofiia Anna Daria Solomiia Polina Kateryna Yeva"),
        _words("Maksym Artem Tymofii Bohdan Danylo Nazar Ivan"),
        _words("Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Kravchenko Boyko"),
        "uk",
        0.5,
    ),
)

_SHARES: Final = tuple(h.share for h in HERITAGES)
MOTHERS: Final = _words(
    "Nadia Sarah Claire Emma Laura Rebecca Gemma Kelly Michelle Rachel Hannah Amy Katie Natalie Samantha Leanne Joanne "
    "Victoria Danielle Stacey Louise Kirsty Zoe Donna Lisa Helen Nicola Kerry Jodie Beth"
)
FATHERS: Final = _words(
    "Paul David Mark Andrew Stephen Christopher Matthew Richard Lee Craig Darren Simon Gareth Adam Robert Ian Jason Neil "
    "Stuart Carl Wayne Dean Martin Ross Scott Peter"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A child's name, and the language the family prefers."""

    first: str
    family: str
    language: str
    heritage: Heritage


def draw(random: Random, girl: bool) -> Drawn:
    """A name for a child."""
    heritage = random.choices(HERITAGES, _SHARES)[0]
    first = random.choice(heritage.girls if girl else heritage.boys)
    language = heritage.language if random.random() < heritage.prefers_it else "en"
    return Drawn(first, random.choice(heritage.families), language, heritage)


def adult(random: Random, heritage: Heritage, woman: bool) -> str:
    """A first name for a grown-up of the same family."""
    if heritage is HERITAGES[0]:
        return random.choice(MOTHERS if woman else FATHERS)
    return random.choice(heritage.girls if woman else heritage.boys)
